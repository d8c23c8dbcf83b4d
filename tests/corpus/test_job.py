from dataclasses import replace

from scribekit.corpus.job import PLANNED, Job

URL = "https://host.example/a.mp3"


def test_the_service_fetches_a_url_from_its_source():
    job = Job("k", URL, "{}")
    assert (job.state, job.is_local, job.audio_url) == (PLANNED, False, URL)


def test_the_service_fetches_a_file_from_where_it_was_uploaded():
    job = Job("k", "/audio/a.mp3", "{}", sha256="ab")
    assert (job.is_local, job.audio_url) == (True, None)
    assert replace(job, upload_url="https://cdn.example/1").audio_url == "https://cdn.example/1"
