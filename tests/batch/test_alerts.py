import http.server
import json
import threading

import pytest

import scribekit as sk
from scribekit.base.errors import OptionError, ServiceStoppedError

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)


@pytest.fixture
def chat():
    """A server that keeps what is posted to it."""
    posted = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", posted
    server.shutdown()
    server.server_close()


def test_a_job_that_failed_for_good_is_posted(bench, tmp_path, chat):
    bench("--speed", "2000", "--slots", "50")
    url, posted = chat
    addresses = ["https://host.example/a.mp3?duration=60", "https://host.example/b.mp3?duration=60&fail=Audio+duration+is+too+short."]
    sources = [{"recording_id": name, "url": address} for name, address in zip("ab", addresses, strict=True)]
    batch = sk.submit_batch(sources, corpus=tmp_path / "c", limits=QUICK, progress=False, on_event=sk.alerts.webhook(url))
    sk.collect(batch, progress=False, on_event=sk.alerts.webhook(url))
    (message,) = posted
    assert message["alert"] == "failed"
    assert message["error_kind"] == "too_short"
    assert "'b'" in message["text"]
    assert message["recording_id"] == "b"
    assert message["job_key"] not in message["text"]
    assert message["text"].endswith("The service said: Audio duration is too short.")
    assert "host.example" not in json.dumps(message)


def test_a_batch_that_stopped_is_posted(bench, tmp_path, chat, monkeypatch):
    service = bench()
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", "wrong")
    monkeypatch.setenv("ASSEMBLYAI_BASE_URL", service.base_url)
    monkeypatch.setattr("scribekit.api.embedded.current_connection", lambda: None)
    url, posted = chat
    with pytest.raises(ServiceStoppedError):
        sk.submit_batch(["https://host.example/a.mp3"], corpus=tmp_path / "c", progress=False, on_event=sk.alerts.webhook(url))
    (message,) = posted
    assert (message["alert"], message["error_kind"]) == ("stopped", "authentication")
    assert "Authentication error, API token missing/invalid" in message["text"]
    assert "stopped" in sk.to_frame(sk.open_corpus(tmp_path / "c"), "events")["event"].tolist()


def test_an_alert_that_cannot_be_delivered_disturbs_nothing(bench, tmp_path, caplog):
    bench("--speed", "2000", "--slots", "50")
    source = "https://host.example/b.mp3?duration=60&fail=Audio+duration+is+too+short."
    emit = sk.alerts.webhook("http://127.0.0.1:9/nobody")
    batch = sk.submit_batch([source], corpus=tmp_path / "c", limits=QUICK, progress=False, on_event=emit)
    assert sk.collect(batch, progress=False, on_event=emit)["error_kind"].tolist() == ["too_short"]
    assert "listener failed: ConnectError" in caplog.text


def test_only_a_web_address_is_posted_to():
    with pytest.raises(OptionError, match="http"):
        sk.alerts.webhook("mailto:me@host.example")
