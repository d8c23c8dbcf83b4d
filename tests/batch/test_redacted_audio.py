import http.server
import json
import threading
import wave
from dataclasses import replace
from pathlib import Path

import pytest

import scribekit as sk
from scribekit.base.errors import ExportError, OptionError, ServiceStoppedError
from scribekit.batch import redacted_audio

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
MASKED = {"redact_pii": True, "redact_pii_policies": ["person_name"], "redact_pii_audio": True}
URLS = [f"https://host.example/{name}.mp3" for name in "abc"]


@pytest.fixture
def service(bench):
    return bench("--speed", "2000")


@pytest.fixture
def batch(service, tmp_path):
    batch = sk.submit_batch(URLS, corpus=tmp_path / "corpus", options=MASKED, limits=QUICK, progress=False)
    sk.collect(batch, progress=False)
    return batch


def fetch(batch, folder, **arguments):
    return sk.fetch_redacted_audio(batch, folder, **{"timeout": 60, "progress": False} | arguments)


def asked(service):
    return service.counters()["requests"].get("GET /v2/transcript/{id}/redacted-audio", 0)


def test_each_copy_is_written_once_under_its_recordings_name(service, batch, tmp_path):
    frame = fetch(batch, tmp_path / "out")
    assert frame["status"].tolist() == ["written"] * 3
    assert frame["error"].isna().all()
    lengths = batch.jobs()["audio_duration_s"]
    for name, path, size, length in zip("abc", frame["path"], frame["bytes"], lengths, strict=True):
        assert path == str(tmp_path / "out" / "host.example" / f"{name}.mp3.redacted.wav")
        with wave.open(path) as file:
            assert file.getnframes() / file.getframerate() == pytest.approx(length, abs=1)
        assert size == Path(path).stat().st_size
    assert fetch(batch, tmp_path / "out")["status"].tolist() == ["there"] * 3
    assert asked(service) == 3
    assert not list(tmp_path.rglob("*.part"))


def test_a_copy_that_is_not_ready_is_waited_for(service, batch, tmp_path):
    service.set_faults(redacted_audio_late=0.7, seed=3)
    assert fetch(batch, tmp_path / "out")["status"].tolist() == ["written"] * 3
    assert asked(service) > 3


def test_waiting_has_an_end_and_the_next_call_goes_on(service, batch, tmp_path):
    service.set_faults(redacted_audio_late=1.0)
    frame = fetch(batch, tmp_path / "out", timeout=0.2)
    assert frame["status"].tolist() == ["not ready"] * 3
    assert frame["error"].str.contains("again soon").all()
    service.set_faults()
    assert fetch(batch, tmp_path / "out")["status"].tolist() == ["written"] * 3


def test_what_the_service_has_no_more_is_a_row_that_says_so(batch, tmp_path):
    sk.purge(batch, progress=False)
    frame = fetch(batch, tmp_path / "out")
    assert frame["status"].tolist() == ["gone"] * 3
    assert frame["error"].str.contains("for 24 hours").all()
    assert frame["error"].str.contains("The service said: ").all()
    assert frame["path"].isna().all()


def test_after_its_hours_a_copy_is_gone_and_a_file_that_was_written_stays(service, batch, tmp_path):
    service.set_faults(redacted_audio_kept_s=0)
    assert fetch(batch, tmp_path / "late")["status"].tolist() == ["gone"] * 3
    service.set_faults()
    assert fetch(batch, tmp_path / "out")["status"].tolist() == ["written"] * 3
    service.set_faults(redacted_audio_kept_s=0)
    assert fetch(batch, tmp_path / "out")["status"].tolist() == ["there"] * 3


def test_recordings_that_did_not_ask_are_not_in_the_table(service, tmp_path):
    rows = [{"url": URLS[0], "redact_pii_audio": True}, {"url": URLS[1], "redact_pii_audio": False}]
    options = {"redact_pii": True, "redact_pii_policies": ["person_name"]}
    batch = sk.submit_batch(rows, corpus=tmp_path / "c", options=options, limits=QUICK, progress=False)
    sk.collect(batch, progress=False)
    assert fetch(batch, tmp_path / "out")["recording_id"].tolist() == ["host.example/a.mp3"]


def test_a_batch_without_the_option_is_refused(service, tmp_path):
    batch = sk.submit_batch(URLS, corpus=tmp_path / "c", limits=QUICK, progress=False)
    sk.collect(batch, progress=False)
    with pytest.raises(OptionError, match="redact_pii_audio=True"):
        fetch(batch, tmp_path / "out")
    assert asked(service) == 0


def test_a_folder_that_is_a_file_is_an_error_and_nothing_is_left(batch, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ExportError, match="Choose another folder"):
        fetch(batch, tmp_path / "out")
    assert not list(tmp_path.rglob("*.part"))


def test_a_service_that_is_gone_is_one_error(service, batch, tmp_path, monkeypatch):
    connection = service.connection
    service.stop()
    monkeypatch.setattr(redacted_audio, "service_connection", lambda: connection)
    with pytest.raises(ServiceStoppedError, match="nothing listens there"):
        fetch(batch, tmp_path / "out")


def storage(behind, heard):
    """A server that is both: the service, which gives an address for each transcript, and the storage behind that address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append((self.path, self.headers.get("authorization")))
            if self.path.startswith("/copies/"):
                behind(self)
                return
            address = f"http://127.0.0.1:{self.server.server_port}/copies/a.mp3?Signature=abc"
            body = json.dumps({"status": "redacted_audio_ready", "redacted_audio_url": address}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def broken_off(handler):
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b"half")


def forbidden(handler):
    handler.send_error(403)


def elsewhere(handler):
    handler.send_response(302)
    handler.send_header("location", "http://127.0.0.1:9/")
    handler.send_header("content-length", "0")
    handler.end_headers()


@pytest.mark.parametrize("behind", [broken_off, forbidden, elsewhere])
def test_a_download_that_fails_is_a_row_and_no_file_and_the_key_stays_at_home(service, batch, tmp_path, monkeypatch, behind):
    heard = []
    server = storage(behind, heard)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        # The batch belongs to the embedded service, which this one takes the place of.
        connection = replace(service.connection, base_url=f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(redacted_audio, "service_connection", lambda: connection)
        frame = fetch(batch, tmp_path / "out")
    finally:
        server.shutdown()
        server.server_close()
    assert frame["status"].tolist() == ["failed"] * 3
    assert frame["error"].str.contains("could not be downloaded").all()
    assert not frame["error"].str.contains("Signature").any()
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    keys = {key for path, key in heard if path.startswith("/copies/")}
    assert keys == {None}
