"""A wrong setting, from the call in a notebook to the sentence that a user reads."""

import traceback
import warnings

import pytest
from impostors import http, saying, silent, swallowing, unused_port

import scribekit as sk
from scribekit.api.client import FIRST_CONTACT_S
from scribekit.api.embedded import private_service
from scribekit.base.errors import OptionError, PlainHttpWarning, ServiceStoppedError
from scribekit.batch.engine.engine import FIRST_REQUEST_PAUSES_S

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
SOURCES = ["https://host.example/a.mp3?duration=60"]


@pytest.fixture(autouse=True)
def a_key(monkeypatch):
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", "key-that-is-secret")


@pytest.fixture
def at_port(monkeypatch):
    return lambda port: monkeypatch.setenv("ASSEMBLYAI_BASE_URL", f"http://127.0.0.1:{port}")


def failed(corpus):
    """The error of a call, as a traceback shows it; what was to be sent waits."""
    with pytest.raises(ServiceStoppedError) as caught:
        sk.submit_batch(SOURCES, corpus=corpus, limits=QUICK, progress=False)
    assert sk.open_corpus(corpus).counts() == {"planned": 1}
    shown = "".join(traceback.format_exception(caught.value))
    assert "key-that-is-secret" not in shown
    assert not [raw for raw in ("httpx.", "httpcore", "OSError", "Errno", "SSLError") if raw in shown]
    return str(caught.value)


@pytest.mark.long
@pytest.mark.parametrize("wrong", [unused_port, silent, swallowing])
def test_a_wrong_port_fails_soon_and_names_the_variable(tmp_path, at_port, wrong):
    with wrong() as port:
        at_port(getattr(port, "port", port))
        assert "ASSEMBLYAI_BASE_URL" in failed(tmp_path / "c")


@pytest.mark.long
def test_a_port_that_never_answers_is_asked_once(tmp_path, at_port):
    with silent() as server:
        at_port(server.port)
        failed(tmp_path / "c")
        assert server.connections == 1


def test_all_that_is_waited_for_at_first_contact_is_less_than_five_seconds():
    assert sum(FIRST_REQUEST_PAUSES_S) + FIRST_CONTACT_S < 5


@pytest.mark.long
def test_the_next_call_takes_what_the_environment_says_then(tmp_path, monkeypatch, at_port):
    with private_service("scripted") as service:
        with unused_port() as port:
            at_port(port)
            failed(tmp_path / "c")
        monkeypatch.setenv("ASSEMBLYAI_BASE_URL", service.base_url)
        monkeypatch.setenv("ASSEMBLYAI_API_KEY", service.connection.api_key)
        sk.submit_batch(SOURCES, corpus=tmp_path / "c", limits=QUICK, progress=False)
        assert sk.open_corpus(tmp_path / "c").counts().keys() <= {"queued", "processing", "planned", "completed"}


def test_a_proxy_in_the_environment_is_not_asked_for_the_embedded_service(tmp_path, monkeypatch):
    with unused_port() as port:
        for name in ("ALL_PROXY", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"socks5://127.0.0.1:{port}")
        with sk.local_service("scripted", speed=2000):
            batch = sk.submit_batch(SOURCES, corpus=tmp_path / "c", limits=QUICK, progress=False)
            assert sk.collect(batch, progress=False)["status"].tolist() == ["completed"]


def test_a_proxy_that_appears_between_two_calls_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSEMBLYAI_BASE_URL", "https://service.example")
    with saying(http("403 Blocked by policy")) as proxy:
        monkeypatch.setenv("ALL_PROXY", "nonsense://proxy.example")
        with pytest.raises(OptionError, match="ALL_PROXY"):
            sk.submit_batch(SOURCES, corpus=tmp_path / "c", progress=False)
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert "Blocked by policy" in failed(tmp_path / "c")


def test_a_page_in_place_of_the_answer_does_not_count_as_a_deletion(tmp_path, bench):
    service = bench("--speed", "2000")
    batch = sk.submit_batch(SOURCES, corpus=tmp_path / "c", limits=QUICK, progress=False)
    sk.collect(batch, progress=False)
    with saying(http(body=b"<title>Our hotel</title>")) as portal:
        service.disguise = {"base_url": f"http://127.0.0.1:{portal.port}"}
        with pytest.raises(ServiceStoppedError, match="Our hotel"):
            sk.purge(batch, progress=False)
    service.disguise = None
    assert sk.purge(batch, remote=False)["status"].tolist() == ["there"]


def test_plain_http_to_another_machine_warns(tmp_path, monkeypatch, at_port):
    with saying(http("404 Not Found")) as proxy, unused_port() as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ASSEMBLYAI_BASE_URL", "http://service.example")
        with pytest.warns(PlainHttpWarning, match=r"ASSEMBLYAI_BASE_URL.*service\.example unencrypted") as warned:
            failed(tmp_path / "c")
        assert {warning.filename for warning in warned} == {__file__}
        at_port(port)
        with warnings.catch_warnings():
            warnings.simplefilter("error", PlainHttpWarning)
            failed(tmp_path / "d")


def test_too_many_requests_by_403_costs_time_and_nothing_else(tmp_path, bench):
    service = bench("--speed", "2000")
    service.set_faults(too_many_403=0.4, retry_after_s=0, seed=5)
    sources = [f"https://host.example/{number}.mp3?duration=60" for number in range(20)]
    batch = sk.submit_batch(sources, corpus=tmp_path / "c", limits=QUICK, progress=False)
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}
    assert service.counters()["jobs_created"] == 20
    assert "rate limited" in sk.to_frame(batch, "events")["event"].tolist()
