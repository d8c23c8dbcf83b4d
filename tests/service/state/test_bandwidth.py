import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

BYTES_PER_S = 1_000_000


def test_uploads_together_are_no_quicker_than_the_line(start):
    service = start("--upload-mbps", "8")
    began = time.monotonic()
    with ThreadPoolExecutor() as threads:
        urls = list(threads.map(service.upload, [b"a" * 300_000, b"b" * 300_000]))
    assert time.monotonic() - began >= 0.9 * 600_000 / BYTES_PER_S
    assert len(set(urls)) == 2
    assert sum(service.counters()["uploads_by_content"].values()) == 2


def test_an_upload_that_waits_holds_up_nothing_else(start, tmp_path):
    service = start("--upload-mbps", "0.001", "--speed", "1000", "--upload-dir", str(tmp_path))
    is_sent = threading.Event()

    def body():
        yield b"a" * 100_000  # minutes of such a line
        is_sent.set()
        yield b"b"

    with ThreadPoolExecutor() as threads:
        headers = {"authorization": service.key}
        upload = threads.submit(
            httpx.post,
            f"{service.base_url}/v2/upload",
            content=body(),
            headers=headers,
            trust_env=False,
            timeout=None,
        )
        is_sent.wait()
        assert service.transcribe()["status"] == "completed"
        assert not upload.done()
        service.process.kill()
        with pytest.raises(httpx.TransportError):
            upload.result()
