import pytest

from scribekit.api.failures import Recovery, http_failure, job_failure, shown, table

HTTP = [
    (400, "The following models are not available in this language: speaker_labels", "language_feature", Recovery.GIVE_UP),
    (400, "Your current account balance is negative. Please top up to continue using the API.", "balance", Recovery.STOP_BATCH),
    (400, "'🇸🇬' was included in the word boost list but contains unsupported characters", "bad_option", Recovery.GIVE_UP),
    (400, "Transcript lookup error, transcript id not found", "transcript_missing", Recovery.GIVE_UP),
    (400, "format_text must be a Boolean", "bad_option", Recovery.GIVE_UP),
    (400, "Invalid endpoint schema, please refer to documentation for examples.", "bad_option", Recovery.GIVE_UP),
    (
        400,
        'The "universal-3-pro" speech model(s) have been deprecated. Use speech_models: ["universal-3-5-pro", "universal-2"] instead.',
        "refused_model",
        Recovery.GIVE_UP,
    ),
    (
        400,
        '"speech_models" must be a non-empty list containing one or more of: "universal-3-pro", "universal-2", "universal-3-5-pro"',
        "refused_model",
        Recovery.GIVE_UP,
    ),
    (400, "speech_understanding.request is empty", "bad_option", Recovery.GIVE_UP),
    (400, "audio_url should start with http", "bad_url", Recovery.GIVE_UP),
    (403, "Too Many Requests", "rate_limit", Recovery.RETRY),
    (403, "too many requests: the limit must be a smaller one", "rate_limit", Recovery.RETRY),
    (401, "Authentication error, API token missing/invalid", "authentication", Recovery.STOP_BATCH),
    (401, "Authentication error, API token missing/invalid.", "authentication", Recovery.STOP_BATCH),
    (401, None, "authentication", Recovery.STOP_BATCH),
    (403, "Cannot access uploaded file", "upload_forbidden", Recovery.GIVE_UP),
    (403, None, "upload_forbidden", Recovery.GIVE_UP),
    (404, "Not found", "transcript_missing", Recovery.GIVE_UP),
    (404, None, "transcript_missing", Recovery.GIVE_UP),
    (429, "Too Many Requests", "rate_limit", Recovery.RETRY),
    (429, None, "rate_limit", Recovery.RETRY),
    (500, "Internal Server Error", "server_error", Recovery.RETRY),
    (500, "Server error, developers have been alerted.", "server_error", Recovery.RETRY),
    (502, None, "server_error", Recovery.RETRY),
    (503, None, "server_error", Recovery.RETRY),
    (504, None, "server_error", Recovery.RETRY),
    (418, "I am a teapot", "unknown", Recovery.RETRY_ONCE),
]

JOB = [
    (
        "Download error, unable to download https://a.example/x.mp3. Please make sure the file exists and is accessible from the internet.",
        "download",
        Recovery.GIVE_UP,
    ),
    (
        "Download error to https://a.example/x.mp3, 403 Client Error: Forbidden for url: https://a.example/x.mp3",
        "download_forbidden",
        Recovery.GIVE_UP,
    ),
    ("Download error, unable to access file at https://a.example/x.mp3", "download", Recovery.GIVE_UP),
    ("File does not appear to contain audio. File type is text/html (HTML document, ASCII text).", "no_audio", Recovery.GIVE_UP),
    ("Transcoding failed. File does not appear to contain audio.", "no_audio", Recovery.GIVE_UP),
    ("Transcoding failed. File type application/json", "corrupt", Recovery.GIVE_UP),
    (
        "File does not appear to contain audio. File type is text/html (HTML document, ASCII text, with very long lines (56754)).",
        "no_audio",
        Recovery.GIVE_UP,
    ),
    ("Transcoding failed: moov atom not found", "corrupt", Recovery.GIVE_UP),
    ("Audio duration is too short.", "too_short", Recovery.GIVE_UP),
    ("Audio speech threshold 0.9461 is below the requested speech threshold value 1.0", "speech_threshold", Recovery.GIVE_UP),
    (
        "detected language 'bg', confidence 0.2949, is below the requested confidence threshold value of '0.4'",
        "language_confidence",
        Recovery.GIVE_UP,
    ),
    ("language_detection cannot be performed on files with no spoken audio", "no_speech", Recovery.GIVE_UP),
    ("Server error, developers have been alerted", "server_error", Recovery.RETRY),
    ("A reason of next year", "unknown", Recovery.RETRY_ONCE),
    (None, "unknown", Recovery.RETRY_ONCE),
]


@pytest.mark.parametrize(("status", "error", "kind", "recovery"), HTTP)
def test_each_http_literal_has_its_failure(status, error, kind, recovery):
    failure = http_failure(status, error)
    assert (failure.kind, failure.recovery) == (kind, recovery)
    assert failure.advice.endswith(f" The service said: {error}" if error else (".", ")"))


@pytest.mark.parametrize(("error", "kind", "recovery"), JOB)
def test_each_job_literal_has_its_failure(error, kind, recovery):
    failure = job_failure(error)
    assert (failure.kind, failure.recovery) == (kind, recovery)
    assert failure.advice.endswith(f" The service said: {error}" if error else ".")


@pytest.mark.parametrize("section", ["http", "job"])
def test_every_row_is_reached_and_tells_what_to_do(section):
    for literal, failure in table(section):
        found = job_failure(literal) if section == "job" else http_failure(400, literal)
        assert found.kind == failure.kind
        assert failure.advice.endswith(".")


def test_an_unknown_reason_is_quoted_but_cut():
    failure = job_failure("x" * 500)
    assert "xxx" in failure.advice
    assert len(failure.advice) < 300


def test_a_list_of_many_models_is_shown_whole():
    models = ", ".join(f'"universal-{number}-pro"' for number in range(30))
    sentence = f'"speech_models" must be a non-empty list containing one or more of: {models}'
    assert http_failure(400, sentence).advice.endswith(sentence)


SIGNED = [
    ("https://a.example/x.mp3?X-Amz-Credential=AKIA&X-Amz-Signature=4f2a", "https://a.example/x.mp3?…"),
    ("https://a.example/x.mp3?sv=2024&sig=4f2a%3D", "https://a.example/x.mp3?…"),
    ("https://a.example/x.mp3?h=0123456789abcdef01234567", "https://a.example/x.mp3?…"),
    ("https://a.example/x.mp3#access_token=4f2a", "https://a.example/x.mp3#…"),
    ("https://ada:secret@a.example/x.mp3", "https://a.example/x.mp3"),
    ("https://a.example/x.mp3?track=2&lang=en", "https://a.example/x.mp3?track=2&lang=en"),
]


@pytest.mark.parametrize(("url", "public"), SIGNED)
def test_signatures_and_passwords_in_urls_are_not_shown(url, public):
    assert shown(f"Download error to {url}, 403 Client Error: Forbidden for url: {url}.") == (
        f"Download error to {public}, 403 Client Error: Forbidden for url: {public}."
    )


def test_a_missing_transcript_tells_how_long_the_service_keeps_them():
    assert "30 days by default" in http_failure(404, "Not found").advice


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_names_its_host_and_may_pass(status):
    failure = http_failure(status, None, "login.example")
    assert (failure.kind, failure.recovery) == ("redirect", Recovery.RETRY)
    assert f"HTTP {status}, to login.example" in failure.advice
