"""What the service documents about its options, through the client and through the embedded service: both mean the same."""

import json
import subprocess
import sys

import assemblyai as aai
import httpx
import pytest
from option_rules import EXAMPLES
from places import ROOT

import scribekit as sk
from scribekit.base.errors import OptionError
from scribekit.base.options import OPTIONS, RULES, Outcome, Role, first_violation
from scribekit.service.recognisers.abilities import Treatment
from scribekit.service.recognisers.pocketsphinx.abilities import ABILITIES as POCKETSPHINX
from scribekit.service.recognisers.scripted.abilities import ABILITIES as SCRIPTED

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
URL = "http://files.example/a.mp3?duration=600"
BY_NAME = {rule.name: rule for rule in RULES}
DELIVERY = {name for name, option in OPTIONS.items() if option.role is Role.DELIVERY}
WRONG = [(name, options) for name, (wrong, _) in EXAMPLES.items() for options in wrong]
RIGHT = [options for _, right in EXAMPLES.values() for options in right]
RIGHT_JOBS = [options for options in RIGHT if not DELIVERY & options.keys()]


class Service:
    """The contract of a running service, asked directly."""

    def __init__(self, running):
        self.http = httpx.Client(base_url=running.base_url, headers={"authorization": running.api_key}, trust_env=False, timeout=None)

    def create(self, options, url=URL):
        return self.http.post("/v2/transcript", json={"audio_url": url, **options})

    def finished(self, options, url=URL):
        transcript = self.create(options, url).json()
        while transcript["status"] in ("queued", "processing"):
            transcript = self.http.get(f"/v2/transcript/{transcript['id']}").json()
        return transcript


@pytest.fixture(scope="module")
def scripted():
    with sk.local_service("scripted", speed=10_000, slots=50) as running:
        service = Service(running)
        yield service
        service.http.close()


def cells(options):
    """Options as the cells of a row: as text, as they would be in a CSV file."""
    return {name: json.dumps(value) if isinstance(value, list | dict) else value for name, value in options.items() if value is not None}


@pytest.mark.parametrize(("rule", "options"), WRONG, ids=[name for name, _ in WRONG])
def test_a_wrong_combination_is_refused_before_anything_is_recorded(scripted, tmp_path, rule, options):
    with pytest.raises(OptionError) as caught:
        sk.submit_batch([URL], corpus=tmp_path / "c", options=options, progress=False)
    assert not (tmp_path / "c").exists()
    if not DELIVERY & options.keys():
        assert str(caught.value) == first_violation({"speech_models": ["assemblyai-stt-3-7", "universal-2"], **options}).sentence


@pytest.mark.parametrize(("rule", "options"), WRONG, ids=[name for name, _ in WRONG])
def test_the_service_refuses_it_with_the_same_meaning(scripted, rule, options):
    answer = scripted.create(options)
    if BY_NAME[rule].outcome is Outcome.IGNORED:
        done = scripted.finished(options)
        assert BY_NAME[rule].sentence in [warning["message"] for warning in done["metadata"]["warnings"]]
    else:
        broken = first_violation(options)
        assert (answer.status_code, answer.json()["error"]) == (400, broken.literal or broken.sentence)


def test_a_wrong_combination_in_cells_refuses_its_row_and_no_other(scripted, tmp_path):
    wrong = [cells(options) for _, options in WRONG if not DELIVERY & options.keys() and options.get("speech_models") != []]
    rows = [{"url": f"{URL}&n={number}", **options} for number, options in enumerate([*wrong, {}])]
    jobs = sk.collect(sk.submit_batch(rows, corpus=tmp_path / "c", limits=QUICK, progress=False), progress=False)
    assert jobs["status"].tolist() == ["refused"] * len(wrong) + ["completed"]
    assert set(jobs["error_kind"][:-1]) == {"bad_option"}


@pytest.mark.long
def test_right_combinations_pass_both_in_cells_and_for_the_whole_batch(scripted, tmp_path):
    for options in RIGHT:
        assert scripted.create(options).status_code == 200, options
    rows = [{"url": f"{URL}&n={number}", **cells(options)} for number, options in enumerate(RIGHT_JOBS)]
    jobs = sk.collect(sk.submit_batch(rows, corpus=tmp_path / "rows", limits=QUICK, progress=False), progress=False)
    assert set(jobs["status"]) == {"completed"}
    for options in RIGHT_JOBS:
        sk.submit_batch([URL], corpus=tmp_path / "batches", options=options, limits=QUICK, progress=False)
    whole = sk.collect(sk.open_corpus(tmp_path / "batches"), progress=False)
    assert set(whole["status"]) == {"completed"}


def test_a_language_of_a_row_goes_with_a_configuration_that_detects(scripted, tmp_path):
    config = aai.TranscriptionConfig(language_detection=True, speaker_labels=True)
    rows = [{"url": f"{URL}&n={number}", "language_code": code} for number, code in enumerate(["fr", None])]
    batch = sk.submit_batch(rows, config, corpus=tmp_path / "c", limits=QUICK, progress=False)
    assert sk.collect(batch, progress=False)["language"].tolist() == ["fr", "en"]


# -- what a recogniser cannot do, it says ----------------------------------------------------------------------------


def test_the_page_about_options_is_written_from_the_tables():
    """The tests below hold the recognisers to the same tables."""
    subprocess.run([sys.executable, str(ROOT / "tools" / "write_option_docs.py"), "--check"], check=True, cwd=ROOT)


VALUES = {
    "audio_url": URL,
    "speech_models": ["assemblyai-stt-3-7", "universal-2"],
    "speech_model": "universal-2",
    "language_code": "fr",
    "language_codes": ["en", "es"],
    "language_confidence_threshold": 0.5,
    "language_detection_options": {"code_switching": True},
    "speakers_expected": 3,
    "speaker_options": {"max_speakers_expected": 3},
    "keyterms_prompt": ["Kestrel"],
    "keyterms_prompt_options": {"keyterms_match_strength": "high"},
    "prompt": "A meeting.",
    "temperature": 0.5,
    "custom_spelling": [{"from": ["lisbon"], "to": "Lisboa"}],
    "audio_start_from": 1000,
    "audio_end_at": 20_000,
    "speech_threshold": 0.1,
    "content_safety_confidence": 60,
    "redact_pii_policies": ["person_name"],
    "redact_pii_audio_options": {"override_audio_redaction_method": "silence"},
    "redact_static_entities": {"PROJECT": ["Kestrel"]},
    "speech_understanding": {"request": {"action_items": {}}},
    "webhook_url": "http://127.0.0.1:9/",
    "webhook_auth_header_name": "x-key",
    "webhook_auth_header_value": "v",
    "word_boost": ["Kestrel"],
    "topics": ["x"],
}
NEEDED = {
    "speakers_expected": ("speaker_labels",),
    "speaker_options": ("speaker_labels",),
    "redact_pii": ("redact_pii_policies",),
    "redact_pii_audio": ("redact_pii", "redact_pii_policies"),
    "redact_pii_return_unredacted": ("redact_pii", "redact_pii_policies"),
    "redact_static_entities": ("redact_pii", "redact_pii_policies"),
    "content_safety_confidence": ("content_safety",),
    "summary_model": ("summarization", "summary_type"),
    "summary_type": ("summarization", "summary_model"),
    "webhook_auth_header_name": ("webhook_url", "webhook_auth_header_value"),
    "webhook_auth_header_value": ("webhook_url", "webhook_auth_header_name"),
}


def value(name):
    option = OPTIONS[name]
    pair = {"summary_model": "informative", "summary_type": "bullets"}
    return pair.get(name) or VALUES.get(name) or (option.values[0] if option.values else True)


def request(name):
    return {part: value(part) for part in (name, *NEEDED.get(name, ()))}


def named(transcript):
    return {warning["message"].split()[0] for warning in (transcript.get("metadata") or {}).get("warnings", ())}


@pytest.mark.parametrize("name", OPTIONS)
def test_the_scripted_recogniser_does_with_each_option_what_the_documentation_says(scripted, name):
    options = request(name)
    if SCRIPTED[name].treatment is Treatment.REFUSED:
        assert name in scripted.create(options).json()["error"]
    else:
        done = scripted.finished(options, options.pop("audio_url", URL))
        assert done["status"] == "completed"
        assert (name in named(done)) is (SCRIPTED[name].treatment is Treatment.MARKED)


@pytest.fixture(scope="module")
def pocketsphinx():
    with sk.local_service() as running:
        service = Service(running)
        yield service
        service.http.close()


@pytest.mark.parametrize("name", [name for name, ability in POCKETSPHINX.items() if ability.treatment is Treatment.REFUSED])
def test_the_recogniser_that_listens_refuses_what_it_must_not_leave_out(pocketsphinx, name):
    answer = pocketsphinx.create(request(name))
    assert answer.status_code == 400
    assert "is not available with the recogniser pocketsphinx" in answer.json()["error"]


@pytest.mark.recogniser
def test_the_recogniser_that_listens_marks_what_it_leaves_out(pocketsphinx, samples):
    url = pocketsphinx.http.post("/v2/upload", content=(samples / "audio" / "support_call.flac").read_bytes()).json()["upload_url"]
    marked = {name for name, ability in POCKETSPHINX.items() if ability.treatment is Treatment.MARKED}
    done = [name for name, ability in POCKETSPHINX.items() if ability.treatment is Treatment.DONE]
    apart = {"auto_chapters", "sentiment_analysis", "auto_highlights", "content_safety", "disfluencies"}
    together = {part: value(part) for name in marked - apart for part in request(name)}
    assert named(pocketsphinx.finished({**together, "audio_end_at": 5000}, url)) == marked - apart | {"content_safety"}
    for name in apart:
        assert named(pocketsphinx.finished({name: value(name), "audio_end_at": 3000}, url)) == {name}
    usable = {part: value(part) for name in done if name not in ("audio_url", "speaker_options") for part in request(name)}
    assert named(pocketsphinx.finished(usable, url)) == set()
