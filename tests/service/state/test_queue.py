import asyncio

from scribekit.base import contract
from scribekit.service.recognisers.base import Recognition
from scribekit.service.state.counters import Counters
from scribekit.service.state.queue import JobQueue
from scribekit.service.state.sources import Sources
from scribekit.service.state.store import Store
from scribekit.service.state.uploads import Uploads

LONG = "http://files.example/long.mp3?duration=3600"


def test_jobs_wait_in_line_and_say_that_they_are_throttled(start):
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


def test_the_counters_count_what_was_asked_and_done(start):
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


def test_a_job_can_fail_on_the_servers_side(start):
    running = start("--speed", "1000", "--faults", '{"job_server_error": 1}')
    failed = running.transcribe()
    assert (failed["status"], failed["error"], failed["text"], failed["words"]) == ("error", contract.ERROR_SERVER, None, None)


def test_an_accident_of_the_recogniser_costs_one_job_only(tmp_path):
    class Clumsy:
        name, needs_bytes = "clumsy", False

        async def recognise(self, audio, options):
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
        queue = JobQueue(Clumsy(), Sources(uploads, "http://127.0.0.1:1", allow_remote=False), Watched(), slots=1, on_end=lambda job: None)
        store = Store()
        jobs = [store.create({"audio_url": f"http://x.example/{name}"}, name) for name in ("bad", "good")]
        for job in jobs:
            queue.add(job)
        await good_is_done.wait()
        await queue.close()
        return [(job.status, job.error) for job in jobs]

    assert asyncio.run(run_two()) == [("error", contract.ERROR_SERVER), ("completed", None)]
