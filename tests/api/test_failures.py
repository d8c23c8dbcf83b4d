import pytest

from scribekit.api.failures import Course, of_http, of_job, table

HTTP = [
    (400, "The following models are not available in this language: speaker_labels", "language_feature", Course.NEVER),
    (400, "Your current account balance is negative. Please top up to continue using the API.", "balance", Course.STOP),
    (400, "'🇸🇬' was included in the word boost list but contains unsupported characters", "bad_option", Course.NEVER),
    (400, "Transcript lookup error, transcript id not found", "transcript_missing", Course.NEVER),
    (400, "format_text must be a Boolean", "bad_option", Course.NEVER),
    (400, "Invalid endpoint schema, please refer to documentation for examples.", "bad_option", Course.NEVER),
    (401, "Authentication error, API token missing/invalid", "authentication", Course.STOP),
    (401, "Authentication error, API token missing/invalid.", "authentication", Course.STOP),
    (401, None, "authentication", Course.STOP),
    (403, "Cannot access uploaded file", "upload_forbidden", Course.NEVER),
    (403, None, "upload_forbidden", Course.NEVER),
    (404, "Not found", "transcript_missing", Course.NEVER),
    (404, None, "transcript_missing", Course.NEVER),
    (429, "Too Many Requests", "rate_limit", Course.AGAIN),
    (429, None, "rate_limit", Course.AGAIN),
    (500, "Internal Server Error", "server_error", Course.AGAIN),
    (500, "Server error, developers have been alerted.", "server_error", Course.AGAIN),
    (502, None, "server_error", Course.AGAIN),
    (503, None, "server_error", Course.AGAIN),
    (504, None, "server_error", Course.AGAIN),
    (418, "I am a teapot", "unknown", Course.ONCE),
]

JOB = [
    (
        "Download error, unable to download https://a.example/x.mp3. Please make sure the file exists and is accessible from the internet.",
        "download",
        Course.NEVER,
    ),
    (
        "Download error to https://a.example/x.mp3, 403 Client Error: Forbidden for url: https://a.example/x.mp3",
        "download_forbidden",
        Course.NEVER,
    ),
    ("Download error, unable to access file at https://a.example/x.mp3", "download", Course.NEVER),
    ("File does not appear to contain audio. File type is text/html (HTML document, ASCII text).", "no_audio", Course.NEVER),
    ("Transcoding failed. File does not appear to contain audio.", "no_audio", Course.NEVER),
    ("Transcoding failed: moov atom not found", "corrupt", Course.NEVER),
    ("Audio duration is too short.", "too_short", Course.NEVER),
    ("Audio speech threshold 0.9461 is below the requested speech threshold value 1.0", "speech_threshold", Course.NEVER),
    (
        "detected language 'bg', confidence 0.2949, is below the requested confidence threshold value of '0.4'",
        "language_confidence",
        Course.NEVER,
    ),
    ("language_detection cannot be performed on files with no spoken audio", "no_speech", Course.NEVER),
    ("Server error, developers have been alerted", "server_error", Course.AGAIN),
    ("A reason of next year", "unknown", Course.ONCE),
    (None, "unknown", Course.ONCE),
]


@pytest.mark.parametrize(("status", "error", "kind", "course"), HTTP)
def test_each_http_literal_has_its_verdict(status, error, kind, course):
    verdict = of_http(status, error)
    assert (verdict.kind, verdict.course) == (kind, course)


@pytest.mark.parametrize(("error", "kind", "course"), JOB)
def test_each_job_literal_has_its_verdict(error, kind, course):
    verdict = of_job(error)
    assert (verdict.kind, verdict.course) == (kind, course)


@pytest.mark.parametrize("section", ["http", "job"])
def test_every_row_is_reached_and_tells_what_to_do(section):
    for literal, verdict in table(section):
        found = of_job(literal) if section == "job" else of_http(400, literal)
        assert found.kind == verdict.kind
        assert verdict.advice.endswith(".")


def test_an_unknown_reason_is_quoted_but_cut():
    verdict = of_job("x" * 500)
    assert "xxx" in verdict.advice
    assert len(verdict.advice) < 300
