import json
from pathlib import Path

import assemblyai as aai
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import schema
from scribekit.base.errors import ManifestError, OptionError
from scribekit.batch.jobs import PlanningContext, job_key, plan_jobs

ROOT = Path("/library")
HOST = "host.example"
URL = "https://host.example/a.mp3"


def manifest(*rows, **columns):
    frame = schema.MANIFEST.frame([{"recording_id": f"r{index}", "source": URL, **row} for index, row in enumerate(rows)])
    return frame.assign(**columns)


def planned(frame, config=None, host=HOST, further=None):
    return plan_jobs(frame, config, PlanningContext(host, ROOT), further)


def plan_of(*rows, config=None, host=HOST, further=None, **columns):
    return planned(manifest(*rows, **columns), config, host, further)


def file(name, sha256, **facts):
    return {"source": name, "sha256": sha256, "duration_s": 2.0, **facts}


# -- what makes two jobs the same -------------------------------------------------------------------------------------

words = st.text(st.characters(blacklist_characters="\n", blacklist_categories=("Cs",)), max_size=12)  # no URL, JSON or host has a line end
identities = st.tuples(words, words, words)


@given(identities, identities)
def test_jobs_are_the_same_if_and_only_if_content_options_and_host_are(first, second):
    assert (job_key(*first) == job_key(*second)) == (first == second)


options = st.dictionaries(st.sampled_from(["multichannel", "punctuate", "format_text", "disfluencies"]), st.booleans())


@given(options, options)
def test_options_are_compared_by_what_they_say(first, second):
    one, two = (plan_of({}, config=aai.TranscriptionConfig(**chosen)).jobs[0] for chosen in (first, second))
    assert (one.key == two.key) == (json.loads(one.options) == json.loads(two.options))


def test_a_file_is_its_content_and_not_its_name():
    one, two = plan_of(file("a.wav", "ab")).jobs[0], plan_of(file("moved/b.wav", "ab")).jobs[0]
    assert one.key == two.key
    assert plan_of(file("a.wav", "cd")).jobs[0].key != one.key


def test_a_rehearsal_is_not_the_real_thing():
    assert plan_of({}).jobs[0].key != plan_of({}, host="embedded:scripted").jobs[0].key


def test_further_options_are_recorded_and_make_another_job():
    plan = plan_of({}, further={"an_option_of_next_year": {"value": 1}})
    assert json.loads(plan.jobs[0].options)["an_option_of_next_year"] == {"value": 1}
    assert plan.jobs[0].key != plan_of({}).jobs[0].key


def test_a_job_has_the_key_that_it_had_before():
    """A key that changes is a recording that is paid for again."""
    given_options = {"speech_models": ["universal-2"], "speaker_labels": True, "keyterms_prompt": ["Kestrel, Inc."]}
    config = aai.TranscriptionConfig(**given_options)
    known = job_key(URL, '{"keyterms_prompt":["Kestrel, Inc."],"speaker_labels":true,"speech_models":["universal-2"]}', HOST)
    assert plan_of({}, config=config).jobs[0].key == known
    by_row = plan_of({}, speech_models=["universal-2"], speaker_labels=["yes"], keyterms_prompt=["Kestrel, Inc."])
    assert by_row.jobs[0].key == plan_of({}, further=given_options).jobs[0].key == known


SIGNED = "?X-Amz-Date=20260101T000000Z&X-Amz-Signature="


def test_an_address_is_known_without_its_signature():
    one, two = plan_of({"source": f"{URL}{SIGNED}old"}).jobs[0], plan_of({"source": f"{URL}{SIGNED}new"}).jobs[0]
    assert one.key == two.key == plan_of({}).jobs[0].key
    assert (two.source, two.audio_url) == (URL, f"{URL}{SIGNED}new")
    plan = plan_of({"source": f"{URL}{SIGNED}old"}, {"source": f"{URL}{SIGNED}new"}, {"source": f"{URL}#t=5"})
    assert len(plan.jobs) == 1
    assert [row.error_kind for row in plan.rows] == [None, "duplicate", "duplicate"]


@pytest.mark.parametrize("source", [URL, f"{URL}#t=5", f"{URL}?id=5&b=1", f"{URL}?", f"{URL}?se=1&sp=2"])
def test_the_key_of_an_address_without_a_signature_is_the_one_that_it_was(source):
    (job,) = plan_of({"source": source}).jobs
    assert job.key == job_key(source, job.options, HOST)
    assert (job.source, job.upload_url) == (source, None)


def test_a_job_of_an_earlier_version_is_found_by_its_address_without_signature():
    options = plan_of({}).jobs[0].options
    known = [("old key", f"{URL}{SIGNED}old", options), ("worse", f"{URL}{SIGNED}older", options)]
    frame = manifest({"source": f"{URL}{SIGNED}new"})
    (job,) = plan_jobs(frame, None, PlanningContext(HOST, ROOT, known=known)).jobs
    assert (job.key, job.source, job.audio_url) == ("old key", known[0][1], f"{URL}{SIGNED}new")
    (other,) = plan_jobs(frame, None, PlanningContext(HOST, ROOT, known=known), {"punctuate": False}).jobs
    assert (other.key == "old key", other.source) == (False, known[0][1])


def test_lengths_are_read_as_people_write_them_and_one_that_cannot_be_read_refuses_its_row():
    frame = manifest({}, {"source": f"{URL}2"}, {"source": f"{URL}3"}).assign(
        duration_s=["1:00:00", "soon", None], duration=[None, None, "45:10"]
    )
    plan = planned(frame)
    assert [job.duration_s for job in plan.jobs] == [3600.0, 2710.0]
    assert plan.rows[1].error_kind == "bad_length"
    assert "'soon'" in plan.rows[1].error


@pytest.mark.parametrize("channels", ["stereo", 0, -1, float("inf"), None])
def test_channels_that_are_no_number_are_unknown(channels):
    (job,) = plan_of({"duration_s": 3600.0}, further={"multichannel": True, "speech_models": ["universal-2"]}, channels=[channels]).jobs
    assert job.estimate_usd == pytest.approx(0.30)


# -- rows -------------------------------------------------------------------------------------------------------------


def test_relative_paths_become_absolute_and_stay_as_written_in_the_row():
    plan = plan_of(file("2019/a.wav", "ab"), file("/elsewhere/b.wav", "cd"), {})
    assert [job.source for job in plan.jobs] == ["/library/2019/a.wav", "/elsewhere/b.wav", URL]
    assert [row.source for row in plan.rows] == ["2019/a.wav", "/elsewhere/b.wav", URL]


def test_a_url_is_never_uploaded_whatever_the_table_says():
    (job,) = plan_of({"sha256": "ab"}).jobs
    assert not job.is_local
    assert job.audio_url == URL


def test_a_row_with_a_problem_has_no_job_but_its_reason():
    plan = plan_of({"problem": "empty: The file has 0 bytes."}, {"problem": "missing: There is no file at 'x: y'."}, {})
    assert [(row.error_kind, row.error) for row in plan.rows[:2]] == [
        ("empty", "The file has 0 bytes."),
        ("missing", "There is no file at 'x: y'."),
    ]
    assert [row.job_key for row in plan.rows[:2]] == [None, None]
    assert len(plan.jobs) == 1


def test_a_local_row_whose_file_was_not_read_is_refused():
    plan = plan_of({"source": "a.wav"})
    assert plan.jobs == ()
    assert plan.rows[0].error_kind == "not_read"
    assert "sk.scan" in plan.rows[0].error


def test_rows_alike_share_one_job_and_only_the_first_owns_it():
    duplicate = "duplicate: same audio as 'r0'. Sent once is enough."
    plan = plan_of(file("a.wav", "ab"), file("b.wav", "ab", problem=duplicate))
    assert len(plan.jobs) == 1
    assert [row.error_kind for row in plan.rows] == [None, "duplicate"]
    assert plan.rows[0].job_key == plan.rows[1].job_key


def test_a_duplicate_whose_first_row_was_dropped_is_not_one():
    duplicate = "duplicate: same audio as 'r0'. Sent once is enough."
    plan = plan_of(file("b.wav", "ab", problem=duplicate))
    assert [row.error_kind for row in plan.rows] == [None]
    assert len(plan.jobs) == 1


def test_rows_alike_are_counted_once_also_when_the_table_does_not_say_so():
    plan = plan_of({}, {})
    assert [row.error_kind for row in plan.rows] == [None, "duplicate"]
    assert "'r0'" in plan.rows[1].error


def test_a_column_overrides_its_option_row_by_row():
    config = aai.TranscriptionConfig(speaker_labels=True)
    plan = plan_of({}, {}, {}, config=config, speaker_labels=["no", None, "yes"])
    assert [json.loads(job.options)["speaker_labels"] for job in plan.jobs] == [False, True]
    assert plan.rows[1].job_key == plan.rows[2].job_key


def test_a_bad_cell_refuses_its_row_and_no_other():
    plan = plan_of({}, {}, speaker_labels=True, speakers_expected=["many", 2])
    assert [row.error_kind for row in plan.rows] == ["bad_option", None]
    assert "'many'" in plan.rows[0].error
    assert "Correct the cell" in plan.rows[0].error


def test_a_wrong_combination_in_the_configuration_is_an_error():
    with pytest.raises(OptionError, match="needs 'speaker_labels'"):
        plan_of({}, config=aai.TranscriptionConfig(speakers_expected=2), language_code=["en"])


def test_a_wrong_combination_with_cells_refuses_its_rows():
    plan = plan_of({}, {}, {}, config=aai.TranscriptionConfig(speakers_expected=2), speaker_labels=["yes", "no", None])
    assert [row.error_kind for row in plan.rows] == [None, "bad_option", "bad_option"]
    assert plan.rows[1].error.startswith("'speakers_expected' needs 'speaker_labels'.")


def test_a_language_in_a_cell_switches_detection_off_for_its_row():
    config = aai.TranscriptionConfig(language_detection=True, language_confidence_threshold=0.5)
    plan = plan_of({"source": URL}, {"source": URL + "?2"}, config=config, language_code=["fr", None])
    first, second = (json.loads(job.options) for job in plan.jobs)
    assert "language_detection" not in first
    assert (first["language_code"], second["language_detection"]) == ("fr", True)


def test_a_short_recording_with_a_speech_threshold_is_refused():
    config = aai.TranscriptionConfig(speech_threshold=0.5)
    plan = plan_of({"duration_s": 20.0}, {"source": URL + "?2", "duration_s": 40.0}, {"source": URL + "?3"}, config=config)
    assert [row.error_kind for row in plan.rows] == ["bad_option", None, None]
    assert "30 seconds" in plan.rows[0].error


def test_the_columns_that_are_options_are_named():
    assert plan_of({}, language_code=["en"], interviewer=["Ines"], redact_static_entities=[None]).option_columns == (
        "language_code",
        "redact_static_entities",
    )


def test_unknown_lengths_stay_unknown():
    assert [job.duration_s for job in plan_of({"duration_s": 1.5}, {"source": URL + "?2"}).jobs] == [1.5, None]


# -- the whole table --------------------------------------------------------------------------------------------------


def test_equal_tables_have_equal_fingerprints():
    rows = [file("a.wav", "ab"), {"problem": "empty: x"}]
    assert plan_of(*rows).fingerprint == plan_of(*rows).fingerprint
    for other in ([rows[0]], rows[::-1], [file("a.wav", "cd"), rows[1]], [rows[0], {"problem": "missing: x"}]):
        assert plan_of(*other).fingerprint != plan_of(*rows).fingerprint


def test_an_empty_table_has_no_jobs():
    plan = planned(schema.MANIFEST.frame())
    assert (plan.rows, plan.jobs) == ((), ())


def test_a_table_of_another_kind_says_how_to_make_one():
    with pytest.raises(ManifestError, match=r"no column 'sha256'.*sk.read_manifest"):
        planned(manifest({}).drop(columns="sha256"))


def test_joined_tables_whose_ids_collide_are_refused():
    with pytest.raises(ManifestError, match=r"must be unique.*'a.mp3'"):
        plan_of({"recording_id": "a.mp3"}, {"recording_id": "a.mp3", "source": URL + "?2"})


def test_a_misspelt_option_is_refused_for_all():
    with pytest.raises(OptionError, match="'speaker_labels'"):
        plan_of({}, speaker_label=[True])


def test_the_table_is_left_as_it_was():
    frame = manifest({}, {}, speaker_labels=pd.Series([True, None], dtype="object"))
    before = frame.copy(deep=True)
    planned(frame)
    pd.testing.assert_frame_equal(frame, before)
