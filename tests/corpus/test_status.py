import math
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.corpus.status import Snapshot, facts, pace, reasons, sentence, summary, table

NOW = 10_000.0


def steady(count, every_s=10.0, audio_s=600.0):
    return [(NOW - (count - 1 - i) * every_s, audio_s) for i in range(count)]


def test_nothing_is_promised_before_two_have_come_back():
    assert pace(Snapshot(states={"queued": 5}, recent=steady(1)), NOW) is None


def test_nothing_is_left_when_all_have_ended():
    assert pace(Snapshot(states={"completed": 5}, recent=steady(5)), NOW) is None


def test_a_steady_run_is_told_as_it_is():
    snapshot = Snapshot(states={"completed": 11, "queued": 10}, audio_s={"completed": 6600, "queued": 6000}, recent=steady(11))
    going = pace(snapshot, NOW)
    assert going.audio_per_s == pytest.approx(60.0)
    low, high = going.left_s
    assert low < 100 < high


def test_recordings_of_unknown_length_count_as_the_mean_of_the_others():
    known = Snapshot(states={"queued": 10}, audio_s={"queued": 6000}, recent=steady(11))
    unknown = Snapshot(states={"queued": 10}, audio_s={"queued": 0}, unknown=10, recent=steady(11))
    assert pace(known, NOW) == pace(unknown, NOW)


def test_what_the_budget_holds_back_is_not_waited_for():
    figures = {"states": {"planned": 20}, "recent": steady(11)}
    some = Snapshot(audio_s={"planned": 12_000}, held=10, held_audio_s=6000, **figures)
    assert pace(some, NOW) == pace(Snapshot(audio_s={"planned": 6000}, **figures), NOW)


@given(
    st.lists(st.tuples(st.floats(NOW - 600, NOW), st.floats(0, 36_000)), max_size=30).map(sorted),
    st.floats(0, 1e7),
    st.integers(0, 1000),
)
def test_the_range_is_a_range(recent, left_audio, unknown):
    going = pace(Snapshot(states={"queued": 3}, audio_s={"queued": left_audio}, unknown=unknown, recent=recent), NOW)
    if going is not None:
        assert going.audio_per_s >= 0
        assert 0 <= going.left_s[0] <= going.left_s[1] or math.isinf(going.left_s[1])


@pytest.mark.parametrize(
    ("given_figures", "said"),
    [
        ({"uploading": 3}, "3 uploading"),
        ({"retrying": 2}, "2 being tried again"),
        ({"held": 7}, "7 held back by the budget"),
        ({"rate_limited_at": NOW - 5}, "rate limited by the service"),
        ({"states": {"queued": 9, "processing": 5}}, "9 queued at the service"),
    ],
)
def test_it_says_what_holds_things_up(given_figures, said):
    assert said in reasons(Snapshot(**({"states": {"queued": 1, "processing": 1}} | given_figures)), NOW)


def test_a_429_of_an_hour_ago_holds_nothing_up():
    assert reasons(Snapshot(states={"processing": 1}, rate_limited_at=NOW - 3600), NOW) == []


def test_an_outage_is_shown_while_something_is_left_to_do():
    outage = "no network since 02:14"
    assert ("outage", outage) in facts(Snapshot(states={"queued": 1}, outage=outage), NOW)
    assert "outage no network since 02:14" in sentence("Batch 1", Snapshot(states={"queued": 1}, outage=outage), NOW)
    assert "outage" not in sentence("Batch 1", Snapshot(states={"completed": 1}, outage=outage), NOW)


def test_the_sentence_holds_every_figure():
    snapshot = Snapshot(
        states={"completed": 2, "queued": 1, "error": 1},
        audio_s={"completed": 7200, "queued": 3600},
        refused=3,
        spent_usd=1.25,
        reserved_usd=0.5,
        saved_usd=2.0,
        budget_usd=10.0,
        fallbacks={"universal-2": 2, "universal-3-5-pro": 1},
    )
    text = sentence("Batch 1 in c", snapshot, NOW)
    assert text.startswith("Batch 1 in c · 7 recordings: 2 completed, 1 queued, 1 error, 3 refused")
    for part in ("2.0 h of 3.0 h", "$1.25 of a budget of $10.00", "$0.50 reserved", "$2.00 saved", "fell back 2 to universal-2, 1 to"):
        assert part in text


class Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.texts, self.tags = [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.texts.append(data)


def test_the_html_says_the_same_and_runs_nothing():
    page = Texts()
    page.feed(table("<script>alert(1)</script> & co", Snapshot(states={"completed": 2}), NOW))
    assert "script" not in page.tags
    assert "<script>alert(1)</script> & co" in "".join(page.texts)
    assert "2 completed" in page.texts


def test_an_empty_corpus_is_shown_too():
    assert sentence("Corpus c", Snapshot(), NOW) == "Corpus c · 0 recordings · spent $0.00"
    assert "nothing planned" in table("Corpus c", Snapshot(), NOW)


def test_the_progress_line_counts_every_job_once():
    states = Counter(dict.fromkeys(("planned", "uploaded", "submitting", "queued", "processing", "completed", "error"), 1))
    ended, counts = summary(states)
    assert ended == 2
    assert sum(counts.values()) == 7


@pytest.mark.parametrize(
    ("left_s", "shown"),
    [(50, "5 s to 2 min"), (890, "89 s to 28 min"), (6000, "10 min to 3.2 h"), (72_000, "2.0 h to 38.0 h"), (math.inf, "? to ?")],
)
def test_times_left_are_shown_in_the_unit_that_fits(left_s, shown):
    """Two completions in real time leave the widest interval: 90 % to either side."""
    figures = Snapshot(states={"queued": 1}, audio_s={"queued": left_s}, recent=steady(2, every_s=60.0, audio_s=60.0))
    assert dict(facts(figures, NOW))["left"] == shown


RECENT = [(NOW - 100, 60.0), (NOW - 50, 60.0)]


@pytest.mark.parametrize(
    ("waiting", "is_said"),
    [
        ({}, True),
        ({"held": 2}, True),
        ({"held": 3, "held_audio_s": 300.0}, False),
        ({"stopped": 3, "held_audio_s": 300.0}, False),
        ({"held": 1, "stopped": 2, "held_audio_s": 300.0}, False),
    ],
)
def test_no_time_is_left_where_nothing_may_be_sent(waiting, is_said):
    snapshot = Snapshot(states={"completed": 2, "planned": 3}, audio_s={"planned": 300.0}, recent=RECENT, **waiting)
    assert ("left" in dict(facts(snapshot, NOW))) is is_said


def test_jobs_that_a_pause_holds_back_are_not_being_sent():
    paused = Snapshot(states={"submitting": 25, "queued": 1}, is_paused=True)
    assert "25 to send (paused)" in sentence("Batch 1", paused, NOW)
    assert "25 submitting" in sentence("Batch 1", replace(paused, is_paused=False), NOW)


@pytest.mark.parametrize(
    ("given_figures", "said"),
    [
        ({"spent_usd": 1.5}, "$1.50"),
        (
            {"spent_usd": 1.5, "is_unpaid": True, "unpaid_usd": 1.5},
            "$1.50 (nothing is paid: a rehearsal on this machine, at AssemblyAI's rates)",
        ),
        ({"spent_usd": 1.5, "unpaid_usd": 0.5}, "$1.00; $0.50 more in rehearsals on this machine, which nobody pays"),
        ({"is_unpaid": True}, "$0.00"),
    ],
)
def test_dollars_that_nobody_pays_are_told_apart(given_figures, said):
    assert dict(facts(Snapshot(**given_figures), NOW))["spent"] == said


def test_recordings_are_counted_as_in_the_table_of_jobs():
    shared = Snapshot(states={"completed": 14}, statuses={"completed": 15, "error": 1}, shared=2, refused=1)
    assert (shared.total, shared.failed) == (17, 2)
    assert sentence("Batch 1", shared, NOW).startswith("Batch 1 · 17 recordings: 15 completed, 1 error, 1 refused · of them 2 the same")
