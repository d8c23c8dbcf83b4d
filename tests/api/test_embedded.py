import json
import socket
import subprocess
import sys
import textwrap
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import psutil
import pytest
from patience import PATIENCE_S, wait_until

import scribekit as sk
from scribekit.api import embedded
from scribekit.base.errors import LocalServiceError, MissingExtraError, OptionError


def asked(service, path):
    request = urllib.request.Request(service.base_url + path, headers={"authorization": service.api_key})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def introduction(service):
    return asked(service, "/_scribekit")


def has_exited(base_url):
    parts = urlsplit(base_url)
    try:
        socket.create_connection((parts.hostname, parts.port)).close()
    except OSError:
        return True
    return False


def kill(service):
    """Kill the process of a running service, as the system may."""
    port = urlsplit(service.base_url).port
    children = psutil.Process().children()
    (process,) = [child for child in children if port in [end.laddr.port for end in child.net_connections("tcp")]]
    process.kill()
    wait_until(lambda: not service.is_running)


@pytest.fixture
def service():
    made = sk.local_service("scripted", slots=3, speed=100)
    yield made
    made.stop()


def test_it_runs_inside_a_with_statement_and_no_longer(service):
    with service as entered:
        assert entered is service
        assert service.is_running
        address = service.base_url
        said = introduction(service)
        assert (said["recogniser"], said["slots"]) == ("scripted", 3)
        assert embedded.current_connection() == service.connection
    assert not service.is_running
    assert embedded.current_connection() is None
    assert has_exited(address)


def test_it_starts_and_stops_by_hand_and_again(service):
    first = service.start().base_url
    assert service.start().base_url == first
    service.stop()
    service.stop()
    service.start()
    assert introduction(service)["recogniser"] == "scripted"


def test_an_error_inside_the_with_statement_ends_it_too(service):
    address = service.start().base_url
    with pytest.raises(ZeroDivisionError), service:
        raise ZeroDivisionError
    assert has_exited(address)


def test_the_one_that_was_started_last_is_used(service):
    with service, sk.local_service("scripted") as later:
        assert embedded.current_connection() == later.connection
        later.stop()
        assert embedded.current_connection() == service.connection


def test_before_it_is_started_it_says_how(service):
    assert "not running" in repr(service)
    with pytest.raises(LocalServiceError, match="start\\(\\)"):
        _ = service.base_url


def test_its_repr_says_where_it_is_and_how_good_it_is(service):
    with service:
        assert service.base_url in repr(service)
        assert "invented words" in repr(service)
    assert "demonstration quality" in repr(sk.local_service())


def test_a_service_that_was_killed_is_never_replaced_by_the_paid_one(service, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", "a-real-key")
    monkeypatch.setenv("ASSEMBLYAI_BASE_URL", "http://127.0.0.1:9")
    kill(service.start())
    with pytest.raises(LocalServiceError, match="has ended"):
        sk.submit_batch(["https://host.example/a.mp3"], corpus=tmp_path / "c", progress=False)
    assert not (tmp_path / "c").exists()
    service.stop()
    assert embedded.current_connection() is None


def test_a_service_that_was_killed_can_be_started_again(service):
    kill(service.start())
    assert introduction(service.start())["slots"] == 3
    service.stop()
    assert embedded.current_connection() is None


PARENT = """
    import sys, time
    import scribekit as sk
    service = sk.local_service("scripted").start()
    print(service.base_url, flush=True)
    {then}
"""


def parent(then):
    script = textwrap.dedent(PARENT.format(then=then))
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def test_it_ends_when_its_parent_is_killed():
    with parent("time.sleep(600)") as process:
        address = process.stdout.readline().strip()
        assert not has_exited(address)
        process.kill()
    wait_until(lambda: has_exited(address))


def test_it_ends_with_its_parent():
    with parent("sys.exit()") as process:
        address = process.stdout.readline().strip()
        assert process.wait(PATIENCE_S) == 0
    wait_until(lambda: has_exited(address))


def test_an_unknown_recogniser_is_refused_with_the_nearest_name():
    with pytest.raises(OptionError, match="'pocketsphinx'"):
        sk.local_service("pocketsfinx")


@pytest.mark.parametrize("recogniser", ["pocketsphinx", "scripted"])
def test_a_missing_extra_says_what_to_install(monkeypatch, recogniser):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="scribekit\\[local\\]"):
        sk.local_service(recogniser).start()
    assert embedded.current_connection() is None


def test_only_the_recogniser_that_is_asked_for_must_be_installed(monkeypatch, service):
    find = embedded.importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "pocketsphinx" else find(name))
    with service:
        assert service.is_running


def test_a_service_that_ends_at_its_start_says_so_and_leaves_nothing():
    service = sk.local_service("scripted", faults={"no_such_fault": 1.0})
    with pytest.raises(LocalServiceError, match=r"^Unknown fault: 'no_such_fault'"):
        service.start()
    assert embedded.current_connection() is None
    assert not service.is_running
    with pytest.raises(LocalServiceError, match="not been started"):
        _ = service.base_url


def test_a_service_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(embedded, "START_TIMEOUT_S", 0.2)
    silent = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    start_process = subprocess.Popen
    monkeypatch.setattr(embedded.subprocess, "Popen", lambda _command, **options: start_process(silent, **options))
    service = sk.local_service("scripted")
    with pytest.raises(LocalServiceError, match="exit code -9"):
        service.start()
    assert not service.is_running


def test_faults_are_injected():
    with sk.local_service("scripted", faults={"http_503": 1.0}) as service, pytest.raises(urllib.error.HTTPError, match="503"):
        asked(service, "/v2/transcript")


@pytest.mark.parametrize("number", [{"speed": 0}, {"speed": -1}, {"slots": 0}])
def test_a_number_that_makes_no_sense_is_refused_before_anything_starts(number):
    with pytest.raises(OptionError, match="above zero"):
        sk.local_service("scripted", **number)
