import asyncio

import pytest

from scribekit.base import contract
from scribekit.service.faults.spec import JOB_ERRORS, job_error
from scribekit.service.recognisers.base import Recognition
from scribekit.service.state.counters import Counters
from scribekit.service.state.queue import JobQueue
from scribekit.service.state.sources import Sources
from scribekit.service.state.store import Store
from scribekit.service.state.uploads import Uploads

LONG = "http://files.example/long.mp3?duration=36000"
"""It takes minutes, so that a slow machine cannot reach its end during a test."""


@pytest.fixture(scope="module")
def faulty(start_shared):
    return start_shared("--speed", "1000")


def test_jobs_wait_for_a_slot_and_are_marked_as_throttled(start):
    running = start("--slots", "2")
    ids = [running.create(LONG)["id"] for _ in range(4)]
    assert [running.get(i)["status"] for i in ids] == ["processing", "processing", "queued", "queued"]
    assert [running.get(i)["throttled"] for i in ids] == [False, False, True, True]
    throttled = running.http.get("/v2/transcript", params={"throttled_only": "True"}).json()["transcripts"]
    assert [item["id"] for item in throttled] == ids[:1:-1]


def test_first_come_first_served(start):
    running = start("--slots", "1", "--speed", "200")
    ids = [running.create(f"http://files.example/{n}.mp3?duration={10 + n}")["id"] for n in range(5)]
    ends = [running.finished(transcript_id) for transcript_id in ids]
    listed = {item["id"]: item["completed"] for item in running.http.get("/v2/transcript").json()["transcripts"]}
    assert [end["status"] for end in ends] == ["completed"] * 5
    assert sorted(ids, key=listed.__getitem__) == ids
    assert running.counters()["peak_processing"] == 1


def test_a_job_can_fail_on_the_servers_side(start):
    running = start("--speed", "1000", "--faults", '{"job_server_error": 1}')
    failed = running.transcribe()
    assert (failed["status"], failed["error"], failed["text"], failed["words"]) == ("error", contract.ERROR_SERVER, None, None)


def test_an_unexpected_failure_of_the_recogniser_fails_one_job_only(tmp_path):
    class Failing:
        name, needs_bytes = "failing", False

        async def recognise(self, audio, options, progress):
            if "bad" in audio.url:
                raise ZeroDivisionError
            return Recognition((), 1.0, 1, "m", {})

        def close(self):
            pass

    class Watched(Counters):
        def completed(self, audio, duration_s):
            super().completed(audio, duration_s)
            good_is_done.set()

    good_is_done = asyncio.Event()

    async def run_two():
        uploads = Uploads(tmp_path)
        queue = JobQueue(Failing(), Sources(uploads, "http://127.0.0.1:1", allow_remote=False), Watched(), slots=1, on_end=lambda job: None)
        store = Store()
        jobs = [store.create({"audio_url": f"http://x.example/{name}"}, name) for name in ("bad", "good")]
        for job in jobs:
            queue.add(job)
        await good_is_done.wait()
        await queue.close()
        return [(job.status, job.error) for job in jobs]

    assert asyncio.run(run_two()) == [("error", contract.ERROR_SERVER), ("completed", None)]


@pytest.mark.parametrize("name", JOB_ERRORS)
def test_jobs_fail_by_pattern_with_each_sentence_of_the_contract(faulty, name):
    bad = f"http://files.example/bad-{name}.mp3"
    faulty.set_faults(fail_matching={r"/bad-\w+\.mp3$": name})
    failed = faulty.transcribe(bad)
    assert (failed["status"], failed["error"]) == ("error", job_error(name, bad))
    assert "{" not in failed["error"]
    assert faulty.transcribe("http://files.example/good.mp3")["status"] == "completed"


def test_jobs_fail_by_pattern_with_any_other_sentence(faulty):
    faulty.set_faults(fail_matching={"odd": "Nobody has {seen} this."})
    assert faulty.transcribe("http://files.example/odd")["error"] == "Nobody has {seen} this."


def test_jobs_fail_once_per_audio(faulty):
    faulty.set_faults(fail_once=1)
    urls = [faulty.upload(b'scripted:{"duration_s": 7}') for _ in range(2)]
    assert [faulty.transcribe(url)["error"] for url in urls] == [contract.ERROR_SERVER, None]
    faulty.set_faults(fail_once="flaky")
    flaky, sound = "http://files.example/flaky", "http://files.example/sound"
    assert [faulty.transcribe(url)["status"] for url in (flaky, sound, flaky)] == ["error", "completed", "completed"]


def test_jobs_that_hang_never_end_and_hold_up_no_others(start):
    running = start("--speed", "1000", "--slots", "1", "--faults", '{"hang": "stuck"}')
    stuck = running.create("http://files.example/stuck")["id"]
    assert running.transcribe("http://files.example/free")["status"] == "completed"
    assert running.get(stuck)["status"] == "processing"
    counters = running.counters()
    assert (counters["jobs_created"], counters["jobs_completed"], counters["jobs_failed"]) == (2, 1, 0)
    assert counters["faults"] == {"hang": 1}
