import sqlite3

import pytest
from ledgers import random_ledger

from scribekit.corpus.ledger import FILE_NAME, Ledger
from scribekit.corpus.ledger.pages import job_page
from scribekit.corpus.status import REFUSED


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("states", [(), ("error",), ("completed", "planned"), ("error", REFUSED), (REFUSED,)])
@pytest.mark.parametrize("ids", [(2,), (1, 2, 3)])
def test_a_page_of_some_states_is_cut_out_of_all_rows(tmp_path, seed, states, ids):
    random_ledger(tmp_path, seed)
    latest = {}
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        rows = db.execute(
            "SELECT recording_id, r.batch_id, position, COALESCE(state, 'refused') FROM recordings r"
            " LEFT JOIN jobs ON key = job_key ORDER BY r.batch_id"
        )
        for recording_id, batch_id, position, state in rows:
            if batch_id in ids:
                latest[recording_id] = (batch_id, position, state, recording_id)
    expected = [row[3] for row in sorted(latest.values()) if not states or row[2] in states]
    with Ledger(tmp_path) as ledger:
        total, page = job_page(ledger, ids, states=states, first=2, count=5)
        assert total == len(expected)
        assert [row["recording_id"] for row in page] == expected[2:7]
        assert job_page(ledger, ids, states=states, text="REFUSED", count=50)[0] == sum("refused" in name for name in expected)
