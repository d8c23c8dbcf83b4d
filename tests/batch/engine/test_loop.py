import asyncio
import os
import subprocess
import sys
import textwrap
import threading

import pytest
from patience import PATIENCE_S, wait_until

from scribekit.batch.engine.loop import is_idle, wait_for


async def answer():
    await asyncio.sleep(0)
    return 42


async def failure():
    raise LookupError("gone")


def test_the_result_comes_back():
    assert wait_for(answer()) == 42


def test_the_error_comes_back():
    with pytest.raises(LookupError, match="gone"):
        wait_for(failure())


def test_it_works_where_a_loop_already_runs():
    async def cell():
        return wait_for(answer())

    assert asyncio.run(cell()) == 42


def test_every_call_runs_on_the_one_thread():
    async def thread():
        return threading.current_thread()

    first, second = wait_for(thread()), wait_for(thread())
    assert first is second
    assert first.daemon
    assert first is not threading.main_thread()


def test_several_threads_may_wait_at_once():
    both = threading.Barrier(2, timeout=PATIENCE_S)
    results = []

    async def meet():
        await asyncio.get_running_loop().run_in_executor(None, both.wait)
        return True

    threads = [threading.Thread(target=lambda: results.append(wait_for(meet()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True, True]


def test_it_refuses_to_wait_for_itself():
    async def inside():
        wait_for(answer())

    with pytest.raises(RuntimeError, match="await the coroutine instead"):
        wait_for(inside())
    wait_until(is_idle)


INTERRUPTED = """
    import asyncio, os, signal, sys, threading, time
    from scribekit.batch.engine.loop import is_idle, wait_for

    cleaned = []

    async def child(name):
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0.05)  # as closing a connection takes a moment
            cleaned.append(name)

    async def work():
        try:
            async with asyncio.TaskGroup() as tasks:
                for name in "abc":
                    tasks.create_task(child(name))
                asyncio.get_running_loop().call_later(0.05, signal.raise_signal, signal.SIGINT)
        finally:
            cleaned.append("work")

    try:
        wait_for(work())
    except KeyboardInterrupt:
        print("interrupted", sorted(cleaned))
    while not is_idle():
        time.sleep(0.005)
    print("idle")

    async def answer():
        return 42
    print("next", wait_for(answer()))
"""


def run(script):
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout.splitlines()


def test_an_interrupt_cancels_the_work_waits_for_its_cleaning_up_and_leaves_no_task():
    assert run(INTERRUPTED) == ["interrupted ['a', 'b', 'c', 'work']", "idle", "next 42"]


FORKED = """
    import os, signal
    from scribekit.batch.engine.loop import wait_for

    async def answer():
        return 42

    wait_for(answer())
    child = os.fork()
    if child == 0:
        signal.alarm(300)
        print("child", wait_for(answer()), flush=True)
        os._exit(0)
    print("ended with", os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_a_loop_of_its_own():
    assert run(FORKED) == ["child 42", "ended with 0"]


STUBBORN = """
    import asyncio, signal, time
    import scribekit.batch.engine.loop as loop

    async def work():
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                pass

    loop.CLEANUP_S = 0.1
    try:
        loop.wait_for(work())
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_work_that_will_not_be_cancelled_does_not_hold_up_the_interrupt():
    assert run(STUBBORN) == ["interrupted"]
