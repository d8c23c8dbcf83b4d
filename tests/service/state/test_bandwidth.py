import time
from concurrent.futures import ThreadPoolExecutor

BYTES_PER_S = 1_000_000


def test_uploads_together_are_no_quicker_than_the_line(start):
    service = start("--upload-mbps", "8")
    began = time.monotonic()
    with ThreadPoolExecutor() as threads:
        urls = list(threads.map(service.upload, [b"a" * 300_000, b"b" * 300_000]))
    assert time.monotonic() - began >= 0.9 * 600_000 / BYTES_PER_S
    assert len(set(urls)) == 2
    assert sum(service.books()["uploads_by_content"].values()) == 2


def test_an_upload_that_waits_holds_up_nothing_else(start):
    service = start("--upload-mbps", "0.8", "--speed", "1000")
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(service.upload, bytes(60_000_000))  # ten minutes on this line, so that it is sure to wait
        assert service.transcribe()["status"] == "completed"
        assert not slow.done()
        service.end_input()  # the upload ends with it, which is not waited for otherwise
