"""Two processes on one corpus, a long list of faults, and a death at every recorded fact."""

import json
import os
import subprocess
import sys
import textwrap
import wave

import pytest

import scribekit as sk

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)


def urls(count, seconds=60):
    return [f"https://host.example/{i:04d}.mp3?duration={seconds + i}" for i in range(count)]


def environment(service):
    return {**os.environ, "ASSEMBLYAI_API_KEY": service.api_key, "ASSEMBLYAI_BASE_URL": service.base_url}


WORKING = """
    import sys
    import scribekit as sk
    corpus, count = sys.argv[1], int(sys.argv[2])
    sources = [f"https://host.example/{i:04d}.mp3?duration={600 + i}" for i in range(count)]
    limits = sk.Limits(concurrent_jobs=20, poll_s=0.05, settle_s=0.3, backoff_s=0.05)
    jobs = sk.collect(sk.submit_batch(sources, corpus=corpus, limits=limits, progress=False), progress=False)
    assert set(jobs["status"]) == {"completed"}, jobs["status"].value_counts()
    events = sk.to_frame(sk.open_corpus(corpus), "events")
"""


@pytest.mark.long
@pytest.mark.parametrize("faults", ["{}", '{"reset_after": 0.1, "http_503": 0.05, "seed": 11}'], ids=["fair weather", "foul weather"])
def test_two_processes_share_a_corpus_and_double_nothing(bench, tmp_path, faults):
    service = bench("--speed", "200", "--slots", "20", "--faults", faults)
    command = [sys.executable, "-c", textwrap.dedent(WORKING), str(tmp_path / "c"), "60"]
    both = [subprocess.Popen(command, env=environment(service), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    counters = service.counters()
    assert counters["jobs_created"] == counters["jobs_completed"] == 60
    assert set(counters["created_by_audio"].values()) == {1}
    assert sk.open_corpus(tmp_path / "c").counts() == {"completed": 60}


DYING = """
    import importlib, os, signal, sys
    import scribekit as sk
    from scribekit.corpus.ledger import Ledger

    folder, *files = sys.argv[1:]
    record = Ledger.record
    limits = sk.Limits(concurrent_jobs=2, queue_ahead=0, poll_s=0.05, settle_s=0.3, backoff_s=0.05)

    def work(name):
        sources = [f"https://host.example/{name}/{i}.mp3?duration={30 + i}" for i in range(3)]
        batch = sk.submit_batch([*sources, *files], corpus=f"{folder}/{name}", limits=limits, progress=False)
        assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}

    def die_at(moment, after):
        calls = 0

        def counted(self, owner, facts):
            nonlocal calls
            calls += 1
            if calls == moment and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = record(self, owner, facts)
            if calls == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        Ledger.record = counted

    def in_a_child(*steps):
        child = os.fork()
        if child == 0:
            try:
                for step in steps:
                    step()
                os._exit(0)
            except BaseException as error:
                print(repr(error), file=sys.stderr)
                os._exit(1)
        return os.waitpid(child, 0)[1]

    def note_modules():
        with open(f"{folder}/modules", "w") as file:
            file.write("\\n".join(sys.modules))

    # What a child loads is loaded here, once for all that are forked after it.
    assert in_a_child(lambda: work("first"), note_modules) == 0
    for module in open(f"{folder}/modules").read().split():
        importlib.import_module(module)

    deaths = 0
    for after in (False, True):
        for moment in range(1, 1000):
            name = f"{moment}-{after}"
            status = in_a_child(lambda: die_at(moment, after), lambda: work(name))
            if os.WIFEXITED(status):
                assert os.WEXITSTATUS(status) == 0
                break
            deaths += 1
            assert in_a_child(lambda: work(name)) == 0
    print(deaths)
"""


def tone(path, value):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes([value, 0]) * 8000)
    return str(path)


@pytest.mark.long
def test_a_death_at_every_recorded_fact_in_turn(bench, tmp_path):
    """The same batch is started again, killed one fact later each time, and continued: all is done, and done once."""
    service = bench("--speed", "2000", "--slots", "3")
    files = [tone(tmp_path / f"{i}.wav", i) for i in range(2)]
    command = [sys.executable, "-c", textwrap.dedent(DYING), str(tmp_path), *files]
    done = subprocess.run(command, env=environment(service), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 20
    created = service.counters()["created_by_audio"]
    assert {count for audio, count in created.items() if audio.startswith("https")} == {1}
    corpora = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert {created[audio] for audio in created if not audio.startswith("https")} == {len(corpora)}


CHAOS = {
    "reset_before": 0.03,
    "reset_after": 0.03,
    "http_500": 0.015,
    "http_503": 0.015,
    "too_many": 0.03,
    "truncate": 0.03,
    "job_server_error": 0.03,
}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_chaos_loses_nothing_and_completes_nothing_twice(bench, tmp_path, seed):
    service = bench("--speed", "3000", "--slots", "100", "--faults", json.dumps({**CHAOS, "seed": seed}))
    limits = sk.Limits(concurrent_jobs=100, poll_s=0.05, settle_s=0.3, backoff_s=0.05)
    batch = sk.submit_batch(urls(150), corpus=tmp_path / "c", limits=limits, progress=False)
    jobs = sk.collect(batch, progress=False)
    counters = service.counters()
    assert set(jobs["status"]) == {"completed"}
    assert max(counters["completed_by_audio"].values()) == 1
    assert counters["jobs_created"] == counters["jobs_completed"] + counters["jobs_failed"]
    events = sk.to_frame(batch, "events")
    assert {"answer lost", "found in the list", "completed"} <= set(events["event"])
    assert events["at"].is_monotonic_increasing


def test_lost_answers_about_one_address_are_told_apart(bench, tmp_path):
    """Four jobs of one URL, all of whose answers are lost: each finds its own transcript, and none is created twice."""
    service = bench("--speed", "2000", "--slots", "50", "--faults", '{"reset_after": {"create": 0.6}, "seed": 4}')
    url = "https://host.example/one.mp3?duration=600"
    languages = ["en", "fr", "de", "es"]
    rows = [{"recording_id": name, "url": url, "language_code": name} for name in languages]
    jobs = sk.collect(sk.submit_batch(rows, corpus=tmp_path / "c", limits=QUICK, progress=False), progress=False)
    assert jobs["status"].tolist() == ["completed"] * 4
    assert jobs["transcript_id"].is_unique
    assert service.counters()["jobs_created"] == 4
    served = [json.loads(service.get(f"/v2/transcript/{name}"))["language_code"] for name in jobs["transcript_id"]]
    assert [code[:2] for code in served] == languages


def test_events_tell_the_story_of_each_job(bench, tmp_path):
    bench("--speed", "2000", "--slots", "50")
    heard = []
    batch = sk.submit_batch(urls(3), corpus=tmp_path / "c", limits=QUICK, progress=False, on_event=heard.append)
    sk.collect(batch, progress=False, on_event=heard.append)
    events = sk.to_frame(batch, "events")
    assert list(events.columns) == ["at", "recording_id", "event", "state", "job_key", "transcript_id", "detail"]
    one = events[events["recording_id"] == events["recording_id"][0]]
    assert one["event"].tolist()[0] == "accepted"
    assert one["event"].tolist()[-1] == "completed"
    assert [event["event"] for event in heard] == events["event"].tolist()
    assert {"recording_id", "job_key", "transcript_id", "state", "error_kind", "error", "alert", "at", "event"} == set(heard[0])
    assert [event["recording_id"] for event in heard] == events["recording_id"].tolist()


def test_a_listener_that_fails_disturbs_nothing(bench, tmp_path, caplog):
    bench("--speed", "2000", "--slots", "50")

    def broken(event):
        raise ValueError("secret text")

    batch = sk.submit_batch(urls(2), corpus=tmp_path / "c", limits=QUICK, progress=False, on_event=broken)
    assert set(sk.collect(batch, progress=False, on_event=broken)["status"]) == {"completed"}
    assert "listener failed: ValueError" in caplog.text
    assert "secret text" not in caplog.text


def test_failed_jobs_are_reset_by_kind(bench, tmp_path):
    service = bench("--speed", "2000", "--slots", "50", "--faults", '{"job_server_error": 1.0}')
    limits = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.02, resubmissions=1)
    batch = sk.submit_batch(urls(4), corpus=tmp_path / "c", limits=limits, progress=False)
    jobs = sk.collect(batch, progress=False)
    assert jobs["error_kind"].tolist() == ["server_error"] * 4
    assert jobs["attempts"].tolist() == [2] * 4
    with pytest.raises(sk.ScribekitError, match="Those that failed: server_error"):
        sk.retry(batch, error_kind="download")
    service.set_faults()
    assert sk.retry(batch, error_kind="server_error") == 4
    assert batch.counts() == {"planned": 4}
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}
    assert sk.retry(batch) == 0


@pytest.mark.long
def test_what_only_took_too_long_is_waited_for_again(bench, tmp_path):
    service = bench("--speed", "2000", "--slots", "50")
    impatient = sk.Limits(poll_s=0.05, backoff_s=0.05, job_timeout_s=0.3)
    batch = sk.submit_batch(urls(2), corpus=tmp_path / "c", limits=impatient, progress=False)
    service.set_faults(too_many_bare={"list": 1.0, "get": 1.0})  # so that nobody hears of them before their time is over
    assert set(sk.collect(batch, progress=False)["error_kind"]) == {"timed_out"}
    service.set_faults()
    assert sk.retry(batch, error_kind="timed_out") == 2
    assert set(sk.collect(batch, limits=QUICK, progress=False)["status"]) == {"completed"}
    assert service.counters()["jobs_created"] == 2


def test_an_unfinished_rehearsal_is_never_sent_to_the_real_service(bench, tmp_path):
    rehearsal = bench("--speed", "1", "--slots", "1")
    few = sk.Limits(concurrent_jobs=1, poll_s=0.05)
    sk.submit_batch(urls(6, seconds=600), corpus=tmp_path / "c", limits=few, progress=False)
    before = rehearsal.counters()["jobs_created"]
    assert before < 6
    real = bench("--speed", "2000", "--slots", "50")
    real.disguise = {"host": "real.example"}
    sk.submit_batch(urls(6, seconds=600), corpus=tmp_path / "c", limits=few, progress=False)
    jobs = sk.collect(sk.open_corpus(tmp_path / "c"), limits=QUICK, progress=False)
    assert jobs["status"].tolist() == ["completed"] * 6
    assert real.counters()["jobs_created"] == 6
    assert rehearsal.counters()["jobs_created"] == before
    assert sk.open_corpus(tmp_path / "c").batch(1).counts()["planned"] == 6 - before
