import json
from itertools import islice, pairwise, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import contract
from scribekit.base.text import clean, width
from scribekit.transcripts.captions import DEFAULT, PLAIN, PROFILES, Profile, cues_of_transcript, cues_of_words
from scribekit.transcripts.formats import Document
from scribekit.transcripts.frames import words_frame

ODD_TEXT = st.text(max_size=12)
LIKELY_TEXT = st.sampled_from(
    ["the", "and", "Stop.", "well,", "bridge", "extraordinary", "世界和平", "你好。", "שלום", "a-->b", "<i>", "🌍", "x" * 60]
)
SPOKEN = ["the", "and", "Stop.", "well,", "bridge", "extraordinary", "x" * 60]
SPOKEN_TEXT = st.sampled_from(SPOKEN)
ANY_TIME = st.one_of(st.integers(0, 20_000), st.integers(0, 10**10))
PROFILE = st.one_of(
    st.sampled_from(sorted(PROFILES.values(), key=repr)),
    st.builds(
        Profile,
        max_chars_per_line=st.integers(4, 60),
        max_lines=st.integers(1, 3),
        min_ms=st.integers(1, 2000),
        max_ms=st.integers(2000, 9000),
        min_gap_ms=st.integers(0, 300),
    ),
)


@st.composite
def odd_words(draw):
    text, speaker = draw(st.one_of(LIKELY_TEXT, ODD_TEXT)), draw(st.sampled_from([None, "A", "B"]))
    return contract.Word(text, draw(ANY_TIME), draw(ANY_TIME), speaker=speaker)


@st.composite
def spoken_words(draw):
    clock, words = 0, []
    for text, pause, length in draw(st.lists(st.tuples(SPOKEN_TEXT, st.integers(0, 2500), st.integers(1, 900)), max_size=60)):
        words.append(contract.Word(text, clock + pause, clock + pause + length))
        clock += pause + length
    return words


def letters(texts):
    return "".join("".join(texts).split())


@given(st.lists(odd_words(), max_size=20), PROFILE)
def test_cues_are_in_order_last_and_never_overlap_whatever_the_word_times(words, profile):
    cues = cues_of_words(words, profile)
    assert all(0 <= cue.start_ms < cue.end_ms for cue in cues)
    assert all(cue.end_ms <= following.start_ms for cue, following in pairwise(cues))
    assert all(cue.end_ms - cue.start_ms <= profile.max_ms for cue in cues)


@given(st.lists(odd_words(), max_size=20), PROFILE)
def test_every_word_is_shown_once_and_in_order(words, profile):
    cues = cues_of_words(words, profile)
    assert letters(line for cue in cues for line in cue.lines) == letters(clean(word.text) for word in words)
    assert all(line == line.strip() != "" for cue in cues for line in cue.lines)
    assert all(cue.lines for cue in cues)


@given(st.lists(odd_words(), max_size=20), PROFILE)
def test_lines_stay_within_the_profile_unless_one_word_is_wider(words, profile):
    alone = {clean(word.text) for word in words}
    for cue in cues_of_words(words, profile):
        assert len(cue.lines) <= profile.max_lines
        assert all(width(line) <= profile.max_chars_per_line or line in alone for line in cue.lines)


@given(spoken_words(), PROFILE)
def test_the_times_of_cues_are_the_times_of_their_own_words(words, profile):
    cues = cues_of_words(words, profile)
    left = iter(words)
    for cue, following in zip_longest(cues, cues[1:]):
        own = list(islice(left, len(" ".join(cue.lines).split())))
        first, last = own[0], own[-1]
        assert cue.start_ms == first.start
        assert cue.end_ms >= min(last.end, cue.start_ms + profile.max_ms) - profile.min_gap_ms
        assert cue.end_ms <= max(last.end + profile.max_tail_ms, cue.start_ms + profile.min_ms)
        if profile == PLAIN:
            assert cue.end_ms == min(last.end, following.start_ms if following else last.end)
    assert next(left, None) is None


@given(st.lists(odd_words(), max_size=20))
def test_no_cue_holds_two_speakers(words):
    speakers = [word.speaker for word in words if clean(word.text)]
    turns = [speakers[0]] if speakers else []
    turns += [right for left, right in pairwise(speakers) if left != right]
    shown = [cue.speaker for cue in cues_of_words(words)]
    assert [s for i, s in enumerate(shown) if i == 0 or shown[i - 1] != s] == turns


def said(text, *, pace=300, pause=0, start=0, speaker=None):
    words, clock = [], start
    for token in text.split():
        words.append(contract.Word(token, clock, clock + pace, speaker=speaker))
        clock += pace + pause
    return words


def shown(words, profile=DEFAULT, language="en"):
    return [cue.lines for cue in cues_of_words(words, profile, language=language)]


def test_a_cue_ends_with_the_sentence_rather_than_in_the_middle_of_the_next():
    words = said("We did not know what to do with it. It took three long summers and a lot of help from the town.")
    assert [" ".join(lines) for lines in shown(words)] == [
        "We did not know what to do with it.",
        "It took three long summers and a lot of help from the town.",
    ]


def test_lines_break_before_a_conjunction_and_not_after_an_article():
    (lines,) = shown(said("Everybody sang the old songs again but the children slept", pace=400))
    assert lines == ("Everybody sang the old songs again", "but the children slept")


def test_a_long_silence_ends_a_cue():
    words = said("one two") + said("three four", start=4000)
    assert shown(words) == [("one two",), ("three four",)]


def test_a_short_cue_stays_only_as_long_as_the_next_allows():
    alone = cues_of_words([contract.Word("Yes.", 1000, 1200)])
    assert [(cue.start_ms, cue.end_ms) for cue in alone] == [(1000, 1000 + DEFAULT.min_ms)]
    crowded = cues_of_words([contract.Word("Yes.", 1000, 1200, speaker="A"), contract.Word("No.", 1500, 1700, speaker="B")])
    assert [(cue.start_ms, cue.end_ms) for cue in crowded] == [(1000, 1500 - DEFAULT.min_gap_ms), (1500, 2333)]


def test_a_word_that_is_said_to_last_forever_does_not_hold_the_screen():
    (cue,) = cues_of_words([contract.Word("hm", 0, 20_000)])
    assert cue.end_ms == DEFAULT.max_ms


def test_one_wild_time_does_not_move_the_words_after_it():
    words = said("one two three four five six")
    words[2] = contract.Word("three", 90_000_000, 90_000_100)
    (cue,) = cues_of_words(words)
    assert (cue.start_ms, cue.end_ms) == (0, 1800)


def test_scripts_without_spaces_break_between_characters():
    words = [
        contract.Word(character, i * 200, i * 200 + 200) for i, character in enumerate("今天天气很好我们去公园散步吧然后回家吃饭看书睡觉")
    ]
    lines = [line for cue in cues_of_words(words, language="zh") for line in cue.lines]
    assert "".join(lines) == "".join(word.text for word in words)
    assert all(width(line) <= DEFAULT.max_chars_per_line for line in lines)
    assert len(lines) > 1
    assert not any(" " in line for line in lines)


def test_one_long_word_of_such_a_script_is_cut_and_its_time_shared_out():
    cues = cues_of_words([contract.Word("好" * 100, 0, 10_000)])
    assert letters(line for cue in cues for line in cue.lines) == "好" * 100
    assert len(cues) > 1
    assert cues[1].start_ms > 1000


def test_crosstalk_between_channels_is_shown_turn_by_turn():
    left = said("I think that we should go now.", speaker="1")
    right = said("Yes, but wait.", start=700, speaker="2")
    for word in left:
        word.channel = "1"
    for word in right:
        word.channel = "2"
    turns = [contract.Utterance("", 0, 1, words=left), contract.Utterance("", 0, 1, words=right)]
    mixed = sorted(left + right, key=lambda word: word.start)
    cues = cues_of_transcript(contract.Transcript(id="t", status="completed", words=mixed, utterances=turns))
    assert [(cue.channel, " ".join(cue.lines)) for cue in cues] == [
        ("1", "I think that we should go now."),
        ("2", "Yes, but wait."),
    ]


@pytest.mark.parametrize("words", [None, [], [contract.Word(" \n\u2028", 0, 10)]])
def test_nothing_said_makes_no_cue(words):
    assert cues_of_transcript(contract.Transcript(id="t", status="completed", text="", words=words)) == []


# -- times are those of the tables ------------------------------------------------------------------------------------


def body_of(words, **fields):
    listed = [{"text": "so", "start": start, "end": end, **more} for start, end, more in words]
    return json.dumps({"id": "t", "status": "completed", "words": listed, **fields}).encode()


def document_of(words, **fields):
    return Document.from_payload("a", body_of(words, **fields))


TIME = st.one_of(st.integers(-500, 70_000), st.none(), st.sampled_from(["soon", 10**12, 1_900_000]))


@given(st.lists(st.tuples(TIME, TIME, st.fixed_dictionaries({"speaker": st.sampled_from([None, "A", "B"])})), max_size=12))
def test_cues_start_with_their_first_word_in_the_table_and_end_within_the_recording(words):
    cues = document_of(words, audio_duration=60).cues
    table = words_frame([("a", body_of(words, audio_duration=60))])
    spoken = iter(table["start_ms"].tolist())
    assert sum(len(" ".join(cue.lines).split()) for cue in cues) == len(table)
    for cue in cues:
        own = list(islice(spoken, len(" ".join(cue.lines).split())))
        assert abs(cue.start_ms - own[0]) <= len(table)  # no two cues start at once: a millisecond for each word at the same time
        assert cue.end_ms <= 61_000


def test_a_first_word_without_a_start_does_not_begin_at_nought():
    words = [(None, None, {}), (5000, 5400, {}), (5500, 5900, {})]
    assert [(cue.start_ms, cue.end_ms) for cue in document_of(words).cues] == [(5000, 5900)]


def test_times_that_fall_are_not_spread_over_minutes():
    words = [(start, start + 300, {}) for start in (1_020_000, 800_000, 600_000, 400_000, 200_000)]
    cues = document_of(words, audio_duration=1100).cues
    starts = words_frame([("a", body_of(words, audio_duration=1100))])["start_ms"].tolist()
    assert [cue.start_ms for cue in cues] == [starts[0]]
    assert cues[-1].end_ms - cues[0].start_ms < 2000


def test_no_cue_runs_past_the_end_of_the_recording():
    (cue,) = document_of([(59_000, 60_900, {"text": "extraordinarily"})], audio_duration=60).cues
    assert (cue.start_ms, cue.end_ms) == (59_000, 60_900)
    (cue,) = document_of([(59_800, 59_900, {})], audio_duration=60).cues
    assert (cue.start_ms, cue.end_ms) == (59_800, 60_000)
    (cue,) = document_of([(60_800, 60_900, {})], audio_duration=60).cues  # lengths come in whole seconds
    assert (cue.start_ms, cue.end_ms) == (60_800, 60_900)


def test_a_word_that_ends_half_an_hour_late_ends_before_the_next():
    cues = document_of([(0, 400, {}), (500, 1_920_000, {"text": "on."}), (4000, 4400, {})], audio_duration=3600).cues
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(0, 1500), (4000, 4833)]


def turns_of(*turns):
    """A payload with channels: one utterance per turn, each of words of 300 ms."""
    utterances = []
    for channel, start, text in turns:
        said = [
            {"text": one, "start": start + 300 * n, "end": start + 300 * n + 300, "channel": channel} for n, one in enumerate(text.split())
        ]
        utterances.append({"text": text, "start": start, "end": said[-1]["end"], "channel": channel, "words": said})
    words = sorted((word for turn in utterances for word in turn["words"]), key=lambda word: word["start"])
    return json.dumps({"id": "t", "status": "completed", "words": words, "utterances": utterances}).encode()


def test_a_reply_inside_a_long_turn_is_shown_when_it_is_said():
    monologue = " ".join(["and so it went on and on."] * 40)  # 84 seconds
    cues = Document.from_payload("a", turns_of(("1", 0, monologue), ("2", 30_000, "Yes."))).cues
    (reply,) = [cue for cue in cues if cue.channel == "2"]
    assert 30_000 <= reply.start_ms <= 31_500
    assert all(left.end_ms <= right.start_ms for left, right in pairwise(cues))
    own = [cue for cue in cues if cue.channel == "1"]
    assert all(abs(cue.start_ms % 300) == 0 or cue.start_ms >= 30_000 for cue in own)


@given(
    st.lists(
        st.tuples(st.sampled_from("12"), st.integers(0, 20_000), st.sampled_from(["Yes.", "so it went on and on", "well, no"])), max_size=8
    )
)
def test_crosstalk_is_at_most_a_second_and_a_half_late(turns):
    cues = Document.from_payload("a", turns_of(*turns)).cues
    assert all(left.end_ms <= right.start_ms and left.start_ms < left.end_ms for left, right in pairwise(cues))
    starts = sorted(start + 300 * n for _, start, text in turns for n in range(len(text.split())))
    assert all(any(0 <= cue.start_ms - start <= 1500 + len(cues) for start in starts) for cue in cues)
    assert letters(line for cue in cues for line in cue.lines) != "" or not turns


# -- breaks at points that end nothing --------------------------------------------------------------------------------

TOGETHER = [
    ("en", "Everybody in the little old town joined the U.S. Army that year", "U.S. Army"),
    ("de", "Wir sehen uns dann hoffentlich alle wieder am 3. Oktober in Berlin", "3. Oktober"),
    ("de", "Es gibt dort noch sehr viele andere Sachen wie z. B. Kuchen und Tee", "z. B. Kuchen"),
    ("en", "The books that were read to us were written by J. R. R. Tolkien himself", "J. R. R. Tolkien"),
    ("en", "The famous case that everyone talked about was Smith vs. Jones then", "vs. Jones"),
    ("en", "The old house where they lived for years was No. 7 of that street", "No. 7"),
    ("en", "All of the papers will have to be delivered by Jan. 5th at the latest", "Jan. 5th"),
]


@pytest.mark.parametrize(("language", "text", "whole"), TOGETHER)
@pytest.mark.parametrize("widest", range(24, 46))
def test_what_belongs_together_stays_on_a_line(language, text, whole, widest):
    for profile in (Profile(max_chars_per_line=widest), Profile(max_chars_per_line=widest, max_lines=1)):
        lines = [line for cue in cues_of_words(said(text), profile, language=language) for line in cue.lines]
        assert any(whole in line for line in lines)


# -- names ------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("AB"), SPOKEN_TEXT), max_size=30), st.sampled_from(["Ann: ", "Dr. Maria Lopez: ", ""]))
def test_the_first_line_of_a_cue_has_room_for_its_name(spoken, name):
    words = [contract.Word(text, 400 * n, 400 * n + 400, speaker=speaker) for n, (speaker, text) in enumerate(spoken)]
    transcript = contract.Transcript(id="t", status="completed", words=words)
    for cue in cues_of_transcript(transcript, name_of=lambda speaker, _: name):
        assert cue.name == name
        first, *others = cue.lines
        assert width(name + first) <= DEFAULT.max_chars_per_line or first in SPOKEN
        assert all(width(line) <= DEFAULT.max_chars_per_line or line in SPOKEN for line in others)
