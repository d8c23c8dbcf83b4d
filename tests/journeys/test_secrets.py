"""Where secrets and words are after a whole batch: only where ``docs/privacy.md`` says that they are.

The key, the signature and the password of an address, the webhook's secret, a password in its address and the address of the alerts are
each a word that nothing else contains. They are searched for in every file, log, event, table, picture and saved notebook.
"""

import io
import json
import logging
import re
import sqlite3
import threading
import urllib.parse
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import assemblyai as aai
import nbformat
import pandas as pd
import pyarrow.parquet as pq
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from patience import PATIENCE_S
from places import ROOT
from ports import reserve_port

import scribekit as sk
from scribekit.api.connection import Connection
from scribekit.base import schema
from scribekit.corpus.handles import manifest_to_bytes
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.ledger.packing import pack, unpack

SIGNATURE, PASSWORD, HOOK_PASSWORD, ALERTS = "sig4f2a9c0017", "pass4f2a9c0017", "hook4f2a9c0017", "alert4f2a9c0017"
SIGNED = f"X-Amz-Credential=AKIA1&X-Amz-Signature={SIGNATURE}"
LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)

ADDRESS_IN_LEDGER = {"jobs.source", "jobs.upload_url", "payloads.body"}
HOOK_IN_LEDGER = {"payloads.body"}
"""The columns of the ledger with addresses as they were given, and with the webhook's; what ``docs/privacy.md`` names."""
WORDS_IN_CORPUS = {"ledger.sqlite", "search.sqlite", "tables"}


class Chat(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.posted.append(self.rfile.read(int(self.headers["content-length"])).decode())
        self.send_response(200 if ALERTS in self.path else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def chat():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    server.posted = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def logged():
    """Everything that any logger of the process says, at level 1, with all that belongs to a record."""
    lines, before = [], {}
    handler = logging.Handler(1)
    handler.emit = lambda record: lines.append(f"{record.getMessage()} {record.__dict__}")
    for logger in [logging.root, *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]:
        before[logger] = logger.level, logger.disabled
        logger.setLevel(1)
        logger.disabled = False
    logging.root.addHandler(handler)
    yield lines
    logging.root.removeHandler(handler)
    for logger, (level, disabled) in before.items():
        logger.setLevel(level)
        logger.disabled = disabled


def address(name, **query):
    asked = urllib.parse.urlencode({"duration": 60, **query})
    return f"https://ada:{PASSWORD}@host.example/{name}.mp3?{asked}&{SIGNED}"


def manifest_of(folder):
    unavailable = f"Download error, unable to download {address('b')}"
    return sk.read_manifest(
        [
            {"recording_id": "a", "url": address("a")},
            {"recording_id": "b", "url": address("b", fail=unavailable)},
            {"recording_id": "c", "url": f"https:/host.example/c.mp3?{SIGNED}"},
            {"recording_id": "d", "url": f"s3://ada:{PASSWORD}@bucket/d.mp3?{SIGNED}"},
            {"recording_id": "e", "url": str(folder / "gone.mp3")},
        ]
    )


@pytest.fixture
def finished(bench, tmp_path, monkeypatch, chat, logged):
    """A batch with everything that can go wrong, collected; and all that was heard of it."""
    service = bench("--speed", "2000", "--slots", "50")
    monkeypatch.setattr(aai.settings, "api_key", service.api_key)
    monkeypatch.setattr(aai.settings, "base_url", service.base_url)
    monkeypatch.setattr("scribekit.api.embedded.current_connection", lambda: None)
    port, events = reserve_port(), []
    webhook = sk.Webhook(f"http://ada:{HOOK_PASSWORD}@127.0.0.1:{port}/hook", port=port)
    alert = sk.alerts.webhook(f"http://127.0.0.1:{chat.server_port}/hooks/{ALERTS}")

    async def listen(event):
        events.append(event)
        await alert(event)

    batch = sk.submit_batch(manifest_of(tmp_path), corpus=tmp_path / "c", limits=LIMITS, webhook=webhook, on_event=listen, progress=False)
    jobs = sk.collect(batch, on_event=listen, progress=False)
    assert jobs["status"].tolist() == ["completed", "error", "refused", "refused", "refused"]
    assert len(chat.posted) == 1
    assert any("httpx" in line for line in logged)
    return batch, webhook, [repr(events), *chat.posted], service


def line_of(batch):
    """Words of the transcript that nothing else contains."""
    return " ".join(sk.to_frame(batch, "words")["text"].tolist()[:4])


def secrets(webhook, service):
    return [service.api_key, SIGNATURE, PASSWORD, HOOK_PASSWORD, ALERTS, webhook.secret]


def found(wanted, texts):
    """Which of the secrets are in one of the texts, also where they are encoded as in an address."""
    whole = "\n".join(texts)
    return [secret for secret in wanted if secret in whole or urllib.parse.quote(secret) in whole]


def plan_of(batch):
    return sk.plan(manifest_of(batch.path), assume_duration_s=60)


def frames(batch):
    for level in schema.LEVELS:
        yield sk.to_frame(batch, level, with_manifest=True, provenance=True)
    yield from (batch.jobs(), batch.events(), sk.search(batch, "the", progress=False), sk.flag_for_review(batch), sk.turn_statistics(batch))
    yield from (sk.review_states(batch), sk.people(batch, progress=False), sk.compare_plan(batch))


def widgets(batch):
    yield from (
        sk.widgets.BatchMonitor(batch),
        sk.widgets.TranscriptSearch(batch),
        sk.widgets.ConfidenceExplorer(batch),
        sk.widgets.WhoIsThis(batch),
    )
    yield from (sk.widgets.DiarizationReview(batch, "a"), sk.widgets.CostPlanner(manifest_of(batch.path)))


def shown(value):
    """All that a notebook, a terminal or a debugger shows of a value."""
    yield repr(value)
    yield str(value)
    for hook in ("_repr_html_", "_repr_mimebundle_", "static_html", "static_text", "get_state"):
        if callable(getattr(value, hook, None)):
            yield repr(getattr(value, hook)())


def test_nothing_that_is_seen_shows_a_secret(finished, logged):
    batch, webhook, heard, service = finished
    connection = Connection(service.base_url, service.api_key, "host")
    wanted = secrets(webhook, service)
    assert found(wanted, heard) == []
    seen = [text for value in (batch, sk.open_corpus(batch.path), webhook, connection, LIMITS, plan_of(batch)) for text in shown(value)]
    with pd.option_context("display.max_colwidth", None, "display.max_columns", None, "display.width", None):
        seen += [text for frame in frames(batch) for text in (*shown(frame), frame.to_csv(), frame.to_json(date_format="iso"))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for widget in widgets(batch):
            seen += shown(widget)
            widget.close()
    assert found(wanted, seen) == []
    assert "/hooks" not in "".join(logged)
    assert found([*wanted, line_of(batch)], logged) == []


@pytest.mark.long
def test_an_address_can_still_be_recognised(finished):
    batch, *_ = finished
    jobs = batch.jobs().set_index("recording_id")
    assert jobs.loc["a", "source"] == "https://host.example/a.mp3?…"
    assert jobs.loc["b", "error"].endswith("unable to download https://host.example/b.mp3?…")
    assert jobs.loc["c", "error_kind"] == "bad_url"


def test_errors_show_no_secret(finished, tmp_path):
    batch, webhook, _, service = finished
    row = {"source": address("a"), "start_ms": 0, "end_ms": 500}
    other = [{"recording_id": "a", "url": address("a", duration=61)}]
    calls = [
        lambda: sk.play(row),
        lambda: sk.submit_batch(other, corpus=batch.path, limits=LIMITS, progress=False),
        lambda: sk.scan(address("a")),
        lambda: sk.read_manifest(address("a")),
        lambda: sk.Webhook(f"https://ada:{PASSWORD}@hooks.example/a?token={SIGNATURE}"),
        lambda: sk.alerts.webhook(f"ada:{PASSWORD}@chat.example/{ALERTS}"),
        lambda: sk.plan(address("a")),
        lambda: sk.estimate_cost(address("a")),
    ]
    for call in calls:
        with pytest.raises(sk.ScribekitError) as raised:
            call()
        assert found(secrets(webhook, service), [str(raised.value), repr(raised.value)]) == []


def cells(path):
    """Table.column → every value of an SQLite file as bytes; what is packed is unpacked."""
    found_in = {}
    with sqlite3.connect(path) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = db.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    found_in.setdefault(f"{table}.{name}", []).append(as_bytes(value))
    return {column: b"\n".join(values) for column, values in found_in.items()}


def as_bytes(value):
    if not isinstance(value, bytes):
        return str(value).encode()
    try:
        plain = unpack(value)
    except (OSError, ValueError, MemoryError):  # nothing packed
        return value
    return pq.read_table(io.BytesIO(plain)).to_pandas().to_csv().encode() if plain.startswith(b"PAR1") else plain


def contents(folder):
    """Every file of a folder → its bytes, and what is compressed in it as text."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        held = path.read_bytes()
        if path.suffix == ".parquet":
            held += pq.read_table(path).to_pandas().to_csv().encode()
        if held.startswith(b"SQLite format 3"):
            held += b"\n".join(cells(path).values())
        yield path.relative_to(folder), held


@pytest.mark.long
def test_files_hold_secrets_and_words_only_where_the_docs_say(finished, tmp_path):
    batch, webhook, _, service = finished
    line = line_of(batch)
    sk.build_tables(batch, progress=False)
    sk.build_index(batch, progress=False)
    sk.export(batch, tmp_path / "out", progress=False)
    for secret in (service.api_key, ALERTS, webhook.secret):
        assert [name for name, held in contents(batch.path) if secret.encode() in held] == []
    for secret, columns in ((SIGNATURE, ADDRESS_IN_LEDGER), (PASSWORD, ADDRESS_IN_LEDGER), (HOOK_PASSWORD, HOOK_IN_LEDGER)):
        assert {name.parts[0].removesuffix("-wal") for name, held in contents(batch.path) if secret.encode() in held} == {"ledger.sqlite"}
        assert {column for column, held in cells(batch.path / "ledger.sqlite").items() if secret.encode() in held} == columns
    assert found(secrets(webhook, service), [held.decode("utf-8", "replace") for _, held in contents(tmp_path / "out")]) == []
    first = line.split()[0].encode()
    with_words = {name.parts[0].removesuffix("-wal") for name, held in contents(batch.path) if first in held}
    assert with_words <= WORDS_IN_CORPUS
    archive = json.loads((tmp_path / "out" / "a.json").read_text())
    assert archive["audio_url"] == "https://host.example/a.mp3?…"


def test_a_corpus_of_an_earlier_version_shows_no_secret_either(finished):
    """Earlier versions wrote the addresses into the manifest, the recordings and the name of the service too."""
    batch, webhook, _, service = finished
    real = manifest_of(batch.path)
    with sqlite3.connect(batch.path / "ledger.sqlite") as db:
        db.executemany(
            "UPDATE recordings SET crc = NULL, source = ? WHERE recording_id = ?", zip(real["source"], real["recording_id"], strict=True)
        )
        db.execute("UPDATE batches SET manifest = ?", (pack(manifest_to_bytes(real)),))
        db.execute("DELETE FROM digests WHERE name LIKE 'batch%'")  # they had no checksums
    assert found(secrets(webhook, service), [frame.to_csv() for frame in frames(batch)]) == []
    with Ledger(batch.path) as ledger:
        assert SIGNATURE in str(ledger.sources())


CELLS = """\
import scribekit as sk
corpus = sk.open_corpus("c")
corpus
---
corpus.jobs()
---
sk.to_frame(corpus, "events")
---
sk.to_frame(corpus, "transcripts", with_manifest=True, provenance=True).T
---
sk.widgets.BatchMonitor(corpus)
---
sk.widgets.DiarizationReview(corpus, "a")
---
sk.play({"recording_id": "a", "start_ms": 0, "end_ms": 500}, corpus=corpus)
"""


@pytest.mark.long
@pytest.mark.notebook
def test_a_saved_notebook_holds_no_secret(finished, tmp_path):
    _, webhook, _, service = finished
    cell = nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(cells=[cell(source) for source in CELLS.split("---\n")])
    NotebookClient(notebook, timeout=PATIENCE_S, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert [output for one in notebook.cells[:-1] for output in one.outputs if output.output_type == "error"] == []
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "host.example/a.mp3?…" in page
    assert found(secrets(webhook, service), [nbformat.writes(notebook), page]) == []


def test_the_docs_name_what_was_found():
    page = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    assert set(re.findall(r"`(\w+\.\w+)` \(the address\)", page)) == ADDRESS_IN_LEDGER
    assert set(re.findall(r"`(\w+\.\w+)` \(the webhook\)", page)) == HOOK_IN_LEDGER
    assert all(f"`{name}" in page for name in WORDS_IN_CORPUS)
