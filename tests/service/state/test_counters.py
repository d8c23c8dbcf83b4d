import hashlib


def test_jobs_are_counted_by_end_and_by_audio(start):
    running = start("--speed", "1000")
    first, second = running.upload(b'scripted:{"duration_s": 90}'), running.upload(b'scripted:{"duration_s": 90}')
    for url in (first, second, "http://files.example/a?duration=10", "http://files.example/a?duration=10&fail=no"):
        running.transcribe(url)
    counters = running.counters()
    assert (counters["jobs_created"], counters["jobs_completed"], counters["jobs_failed"]) == (4, 3, 1)
    assert sorted(counters["created_by_audio"].values()) == [1, 1, 2]
    assert counters["completed_by_audio"].get("http://files.example/a?duration=10&fail=no") is None
    assert counters["billed_s"] == 190.0
    assert counters["requests"]["POST /v2/upload"] == 2
    assert counters["requests"]["POST /v2/transcript"] == 4


def test_uploads_are_counted_by_content_and_the_peak_of_processing_is_kept(start):
    running = start("--speed", "1000", "--slots", "3")
    for content in (b"scripted:{}", b"scripted:{}", b'scripted:{"duration_s": 9}'):
        running.upload(content)
    counters = running.counters()
    assert counters["uploads_by_content"][hashlib.sha256(b"scripted:{}").hexdigest()] == 2
    assert sorted(counters["uploads_by_content"].values()) == [1, 2]
    for number in range(5):
        running.create(f"http://files.example/{number}?duration=360000000")  # more than an hour of work
    assert running.counters()["peak_processing"] == 3
