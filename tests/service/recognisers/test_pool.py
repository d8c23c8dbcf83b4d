import asyncio

import psutil
import pytest

from scribekit.base import contract
from scribekit.service.recognisers.base import Audio, RecognitionError
from scribekit.service.recognisers.pool import Pool
from scribekit.service.recognisers.workers import Program


@pytest.fixture
def starts(tmp_path):
    """How many pieces were done each time that a process began with the recording."""
    return lambda: [int(line) for line in (tmp_path / "starts").read_text().split()]


@pytest.fixture
def pool(tmp_path):
    found = Pool("test", Program("transcribers:in_pieces", {"mark": str(tmp_path / "starts")}), {}, 1)
    yield found
    found.close()


@pytest.fixture
def audio(tmp_path):
    """Writes a file that says what happens while it is transcribed."""

    def write(text=""):
        (tmp_path / "recording").write_text(text)
        return Audio(tmp_path / "recording", "http://files.example/a.mp3")

    return write


async def reached(pool, shares, share):
    """The process that works on a recording, when it has said what share is done."""
    while share not in shares:  # noqa: ASYNC110 -- shares come from another thread
        await asyncio.sleep(0.01)
    [pid] = pool.worker_pids()
    return pid


def test_the_share_that_is_done_is_told_while_it_works(pool, audio):
    shares = []
    answer = asyncio.run(pool.recognise(audio(), {}, shares.append))
    assert shares == [0.0, 0.25, 0.5, 0.75]
    assert len(answer.words) == 4


def test_a_process_that_dies_costs_only_the_piece_that_it_had(pool, audio, starts):
    async def kill_once():
        shares = []
        job = asyncio.create_task(pool.recognise(audio("wait 2"), {}, shares.append))
        pid = await reached(pool, shares, 0.5)
        audio()  # the next process finds nothing that holds it up
        psutil.Process(pid).kill()
        return await job

    assert [word.text for word in asyncio.run(kill_once()).words] == ["piece 0", "piece 1", "piece 2", "piece 3"]
    assert starts() == [0, 2]


def test_a_recording_whose_processes_die_twice_at_one_place_fails(pool, audio, starts):
    async def go_on_after_a_failure():
        with pytest.raises(RecognitionError) as caught:
            await pool.recognise(audio("die 2"), {})
        return str(caught.value), await pool.recognise(audio(), {})

    error, answer = asyncio.run(go_on_after_a_failure())
    assert error == contract.ERROR_SERVER
    assert starts() == [0, 2, 0]
    assert len(answer.words) == 4


def test_a_cancelled_recording_ends_its_process(pool, audio):
    async def cancel():
        shares = []
        job = asyncio.create_task(pool.recognise(audio("wait 1"), {}, shares.append))
        pid = await reached(pool, shares, 0.25)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        return pid, await pool.recognise(audio(), {})

    pid, answer = asyncio.run(cancel())
    assert not psutil.pid_exists(pid)
    assert answer.words


def test_closing_ends_the_processes_and_what_they_had(pool, audio):
    async def close():
        shares = []
        job = asyncio.create_task(pool.recognise(audio("wait 1"), {}, shares.append))
        pid = await reached(pool, shares, 0.25)
        pool.close()
        with pytest.raises(RecognitionError):
            await job
        return pid

    pid = asyncio.run(close())
    assert not psutil.pid_exists(pid)
    assert pool.worker_pids() == []


def test_an_address_without_a_file_is_refused(pool):
    with pytest.raises(RecognitionError, match=contract.ERROR_DOWNLOAD):
        asyncio.run(pool.recognise(Audio(None, "http://files.example/a.mp3"), {}))
