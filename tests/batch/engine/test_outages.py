import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.api.answers import Accepted, NoAnswer, Refused, Uploaded
from scribekit.api.limits import Limits
from scribekit.base.errors import ServiceStoppedError
from scribekit.batch.engine.outages import MANY, Contact, Now, Outlook, Way, is_from_outside

LIMITS = Limits(backoff_s=1.0, patience_s=3600.0)
REFUSED, CUT, GARBLED = NoAnswer(sent=False), NoAnswer(sent=True), NoAnswer(sent=True, unreadable=True)
OK, BUSY, TEAPOT = Uploaded("u"), Refused(503), Refused(418, "teapot")
UP, NEW, LIST, GET = Way.UPLOAD, Way.CREATE, Way.LIST, Way.GET


def outlook_after(*notes, limits=LIMITS):
    """The outlook after (way, key, answer), a second apart."""
    outlook = Outlook(limits)
    for second, (way, key, answer) in enumerate(notes):
        outlook.note(way, key, answer, at(second))
    return outlook


def at(second):
    return Now(float(second), 1_000_000.0 + second)


AWAY = [
    ("nothing was asked yet", [], {}),
    ("one failure is none", [(UP, "a", CUT)], {}),
    ("connections are refused", [(LIST, "p", REFUSED)] * 3, {UP: "no network", NEW: "no network", LIST: "no network"}),
    ("an answer between", [(UP, "a", REFUSED), (UP, "b", REFUSED), (GET, "c", OK), (UP, "a", REFUSED)], {}),
    ("a refusal shows that there is a network", [(UP, "a", CUT), (UP, "b", CUT), (NEW, "c", TEAPOT), (UP, "d", CUT)], {UP: "uploads"}),
    ("uploads answer 503", [(UP, "a", BUSY), (UP, "b", BUSY), (UP, "c", BUSY)], {UP: "uploads"}),
    ("the list goes on meanwhile", [(UP, "a", BUSY), (LIST, "p", OK), (UP, "b", BUSY), (LIST, "p", OK), (UP, "c", BUSY)], {UP: "uploads"}),
    (
        "uploads are cut, the list goes on",
        [(UP, "a", CUT), (LIST, "p", OK), (UP, "b", CUT), (UP, "c", CUT), (LIST, "p", OK)],
        {UP: "uploads"},
    ),
    ("one upload goes through", [(UP, "a", BUSY), (UP, "b", BUSY), (UP, "c", BUSY), (UP, "d", OK)], {}),
    ("the service refuses options", [(NEW, "a", TEAPOT)] * 9, {}),
    ("too many requests are no outage", [(NEW, "a", Refused(429))] * 9, {}),
    ("answers that cannot be read", [(GET, "a", GARBLED), (GET, "b", GARBLED), (GET, "c", GARBLED)], {GET: "transcripts"}),
]


@pytest.mark.parametrize(("notes", "away"), [row[1:] for row in AWAY], ids=[row[0] for row in AWAY])
def test_what_is_away(notes, away):
    outlook = outlook_after(*notes)
    shown = {way: outlook.away(way) for way in Way}
    assert {way: shown[way] for way in away} == away
    if "no network" not in away.values():
        assert {way: name for way, name in shown.items() if name} == away


MASS = [(UP, name, BUSY) for name in "abc"]
OWN = [
    ("nobody else has tried", [(UP, "x", BUSY)], False),
    ("others went through between its failures", [(UP, "x", BUSY), (UP, "a", OK), (UP, "x", BUSY)], True),
    ("another way is no witness", [(UP, "x", BUSY), (LIST, "p", OK), (UP, "x", BUSY)], False),
    ("others went through earlier, but none has tried since", [(UP, "a", OK), *[(UP, "x", BUSY)] * 4], False),
    ("everybody fails", [(UP, "a", OK), *MASS, (UP, "x", BUSY)], False),
    ("it had failed by itself, then everybody fails", [(UP, "x", BUSY), (UP, "a", OK), (UP, "x", BUSY), *MASS, (UP, "x", BUSY)], False),
    (
        "three that had failed by themselves are left",
        [*MASS, (UP, "z", OK), *MASS, (UP, "z", OK), *MASS],
        True,
    ),
    ("a cut connection, and the network is there", [(GET, "x", CUT), (GET, "a", OK), (GET, "x", CUT)], True),
    ("a cut connection, and only the list was asked", [(UP, "a", OK), (GET, "x", CUT), (LIST, "p", OK), (GET, "x", CUT)], False),
    ("no connection, and nobody has one", [(UP, "a", OK), (UP, "x", REFUSED), (UP, "x", REFUSED)], False),
    ("what the service refuses is always its own", [*MASS, (UP, "x", TEAPOT)], True),
]


@pytest.mark.parametrize(("notes", "is_own"), [row[1:] for row in OWN], ids=[row[0] for row in OWN])
def test_whose_failure_it_is(notes, is_own):
    assert outlook_after(*notes).is_own(notes[-1][1]) is is_own


def test_one_alone_is_given_up_in_the_end_and_not_before():
    outlook, counted = Outlook(LIMITS), []
    for second in range(0, 600, 5):
        outlook.note(UP, "x", BUSY, at(second))
        outlook.take_look("uploads", at(second))
        counted += [second] if outlook.is_own("x") else []
    assert 1 <= counted[LIMITS.tries - 1] / (LIMITS.patience_s / 24) <= 1.1
    assert not any(outlook_after(*[(UP, name, BUSY) for name in "abc"] * 40).is_own(name) for name in "abc")


@given(keys=st.lists(st.sampled_from("abcdefgh"), min_size=MANY, max_size=60))
def test_nothing_is_its_own_while_nobody_is_answered(keys):
    outlook = outlook_after(*[(UP, key, REFUSED) for key in keys])
    assert outlook.away(LIST) == "no network"
    assert not any(outlook.is_own(key) for key in keys)


def test_where_others_went_through_earlier_one_that_looks_in_vain_fails_by_itself():
    outlook = outlook_after((UP, "a", OK), *[(UP, "x", BUSY)] * 3)
    outlook.take_look("uploads", at(4))
    outlook.note(UP, "x", BUSY, at(5))
    assert outlook.is_own("x")
    for key in "bc":
        outlook.note(UP, key, BUSY, at(6))
    outlook.note(UP, "x", BUSY, at(7))
    assert not outlook.is_own("x")


def test_looks_are_further_and_further_apart():
    outlook = outlook_after(*MASS)
    pauses, now = [], 2.0
    for _ in range(9):
        pause_s = outlook.look_in_s("uploads", at(now))
        pauses.append(pause_s)
        now += pause_s
        outlook.take_look("uploads", at(now))
    assert pauses == [2, 4, 8, 16, 32, 64, 120, 120, 120]


def test_the_service_may_say_when_to_look():
    outlook = outlook_after((UP, "a", BUSY), (UP, "b", BUSY), (UP, "c", Refused(503, None, 300.0)))
    assert outlook.look_in_s("uploads", at(2)) == 300


def test_the_sentence_says_what_and_since_when():
    assert outlook_after((UP, "a", OK)).sentence(at(9)) == ""
    clock = r"\d\d:\d\d"
    for notes, said in [
        ([(UP, "a", REFUSED)] * 3, f"no network since {clock}"),
        (MASS, rf"the service answers 503 since {clock} \(uploads\)"),
        ([*MASS, *((GET, name, BUSY) for name in "abc")], rf"the service answers 503 since {clock} \(uploads, transcripts\)"),
        ([(UP, name, GARBLED) for name in "abc"], rf"the service's answers cannot be read since {clock} \(uploads\)"),
        ([(UP, "a", CUT), (LIST, "p", OK)] * 3, rf"the service does not answer since {clock} \(uploads\)"),
    ]:
        assert re.fullmatch(said, outlook_after(*notes).sentence(at(9)))


def test_an_outage_of_yesterday_has_its_date():
    assert " 1970-01-" in outlook_after(*MASS).sentence(Now(99.0, 1_000_000.0 + 2 * 24 * 3600))


def test_the_patience_ends():
    outlook = outlook_after(*MASS)
    assert outlook.end_of_patience("uploads", at(3599)) is None
    assert outlook.look_in_s("uploads", at(3599)) <= 1
    assert outlook.end_of_patience("uploads", at(3600)).kind == "server_error"


@pytest.mark.parametrize(("answer", "expected"), [(CUT, True), (GARBLED, True), (BUSY, True), (Refused(302), True), (TEAPOT, False)])
def test_what_may_come_from_outside(answer, expected):
    assert is_from_outside(answer) is expected


# -- the place that acts ----------------------------------------------------------------------------------------------

QUICK = Limits(backoff_s=0.01)


class Service:
    """Answers what it is told to."""

    def __init__(self, answer=OK):
        self.answer = answer
        self.asked = []

    async def page(self):
        return await self.ask(LIST)

    async def ask(self, name):
        self.asked.append(name)
        await asyncio.sleep(0)
        return self.answer


def ask(contact, service, way, key):
    return contact.ask(way, key, lambda: service.ask(key))


async def until(condition):
    while not condition():  # noqa: ASYNC110 -- the service sets no event
        await asyncio.sleep(0.001)


def test_those_that_wait_look_one_after_another_and_all_go_on():
    async def work():
        service, shown = Service(BUSY), []
        contact = Contact(service, QUICK, on_outlook=shown.append)
        for key in "abc":
            await ask(contact, service, UP, key)
        waiting = [asyncio.create_task(ask(contact, service, UP, str(number))) for number in range(200)]
        await until(lambda: len(service.asked) >= 3 + 4)
        assert service.asked[3:7] == ["0", "1", "2", "3"]
        service.answer = OK
        answers = await asyncio.gather(*waiting)
        assert answers[8:] == [OK] * 192
        assert len(service.asked) == 3 + 200
        assert shown[-1] == ""

    asyncio.run(work())


def test_without_a_network_only_the_list_is_asked():
    async def work():
        service = Service(REFUSED)
        contact = Contact(service, QUICK)
        for key in "abc":
            await ask(contact, service, NEW, key)
        waiting = asyncio.create_task(ask(contact, service, NEW, "d"))
        await until(lambda: len(service.asked) >= 6)
        assert service.asked[3:6] == [LIST] * 3
        service.answer = Accepted("t", "queued")
        assert await waiting == Accepted("t", "queued")

    asyncio.run(work())


def test_a_paused_run_sends_nothing_when_the_service_comes_back():
    async def work():
        service, may_send = Service(BUSY), asyncio.Event()
        may_send.set()
        contact = Contact(service, QUICK, may_send=may_send)
        for key in "abc":
            await ask(contact, service, UP, key)
        waiting = [asyncio.create_task(ask(contact, service, UP, key)) for key in "de"]
        await until(lambda: service.asked[3:] == ["d"])
        may_send.clear()
        service.answer = OK
        assert await ask(contact, service, GET, "f") == OK
        await asyncio.wait(waiting, timeout=20 * QUICK.backoff_s)
        assert service.asked.count("e") == 0
        may_send.set()
        await asyncio.gather(*waiting)
        assert service.asked.count("e") == 1

    asyncio.run(work())


def test_one_that_need_not_wait_is_told_so():
    async def work():
        service = Service(BUSY)
        contact = Contact(service, Limits(backoff_s=1000.0))
        for key in "abc":
            await ask(contact, service, LIST, key)
        assert await contact.ask_if_open(LIST, "p", service.page) is None
        assert await contact.ask_if_open(GET, "p", lambda: service.ask("g")) == BUSY

    asyncio.run(work())


def test_when_the_patience_is_over_one_error_ends_the_wait():
    async def work():
        service = Service(BUSY)
        contact = Contact(service, Limits(backoff_s=0.01, patience_s=0.2))
        for key in "abc":
            await ask(contact, service, UP, key)
        waiting = [asyncio.create_task(ask(contact, service, UP, str(number))) for number in range(100)]
        with pytest.raises(ServiceStoppedError, match=r"longer than limits\.patience_s allows: the service answers 503 since"):
            await asyncio.gather(*waiting)

    asyncio.run(work())
