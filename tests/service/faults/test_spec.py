import json

import pytest

from scribekit.base.errors import OptionError
from scribekit.service.faults.spec import REQUEST_KINDS, Faults
from scribekit.service.http.endpoints import CONTRACT


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ('{"http_503": 2}', "<= 1"),
        ('{"http_503": "often"}', "http_503"),
        ('{"truncate": {"GET /v2/transcript": -1}}', ">= 0"),
        ("[]", "cannot be read"),
        ('{"late": {"create": 1}}', "late"),
        ('{"slow_body_s": 3600}', "<= 300"),
        ('{"other_transcripts_per_s": -1}', "other_transcripts_per_s"),
        ('{"reset_after": {"creat": 0.1}}', "'create'"),
        ('{"reset_after": {"create": 0.6}, "late": 0.5}', "'create' add up to 1.1"),
        ('{"webhook_lost": 0.6, "webhook_doubled": 0.5}', "webhooks add up to 1.1"),
        ('{"fail_matching": {"(": "server"}}', "not a regular expression"),
        ('{"hang": "*"}', "not a regular expression"),
        ('{"fail_matching": {"a": "too_shrt"}}', "'too_short'"),
    ],
)
def test_faults_that_make_no_sense_are_refused_with_a_reason(wrong, sentence):
    with pytest.raises(OptionError) as caught:
        Faults.from_json(wrong)
    assert sentence in str(caught.value)


def test_shares_may_add_up_to_one_for_all_their_decimals():
    assert Faults.from_json(json.dumps({f"http_{code}": 0.1 for code in (500, 502, 503, 504)} | {"late": 0.6}))


def test_the_short_names_stand_for_all_kinds_of_the_contract():
    assert set(REQUEST_KINDS.values()) == set(CONTRACT)
