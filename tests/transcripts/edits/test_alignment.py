import unicodedata

import hypothesis.strategies as st
from hypothesis import given

from scribekit.transcripts import edits
from scribekit.transcripts.edits.alignment import plain, reworded


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8), st.lists(st.sampled_from("abcdxy"), min_size=1, max_size=8))
def test_reworded_texts_are_the_new_ones_in_order_and_within_the_old_time(old, new):
    words = [edits.EditedWord(text, 500 * place, 500 * place + 400, "A", origin=place) for place, text in enumerate(old)]
    after = reworded(words, new, after=500 * len(old))
    assert [word.text for word in after] == new
    assert all(word.start <= word.end for word in after)
    assert [word.start for word in after] == sorted(word.start for word in after)
    assert after[0].start >= 0
    assert after[-1].end <= 500 * len(old)


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S"]), min_size=1, max_size=6))
def test_a_word_is_compared_without_punctuation_and_in_one_encoding(text):
    assert plain(unicodedata.normalize("NFD", text)) in (plain(text), unicodedata.normalize("NFD", text))
    if any(map(str.isalnum, text)):
        assert plain(f"“{text}.”") == plain(text)
    assert plain("❤️") != plain("✈️")


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 900)), min_size=1, max_size=5),
    st.lists(st.sampled_from("abcdxy"), min_size=1, max_size=8),
)
def test_words_that_stay_keep_their_times_where_there_is_a_pause_for_the_others(old, new):
    words, clock = [], 900
    for place, (text, pause) in enumerate(old):
        words.append(edits.EditedWord(text, clock + pause, clock + pause + 400, "A", origin=place))
        clock += pause + 400
    after = reworded(words, new, 900, clock + 900)
    assert [word.text for word in after] == new
    assert [word.start for word in after] == sorted(word.start for word in after)
    assert after[0].start >= 900
    assert after[-1].end <= clock + 900
    front = next((place for place, word in enumerate(after) if not word.is_retimed), 0)
    if front and after[front].origin == 0 and old[0][1] >= 60 * front:
        assert after[front] is words[0]


def test_words_typed_in_front_take_the_pause_in_front():
    words = [edits.EditedWord("good", 5000, 5400, "A", confidence=0.9, origin=1)]
    assert [(word.text, word.start, word.end) for word in reworded(words, ["very", "good"], 400, 5500)] == [
        ("very", 4700, 5000), ("good", 5000, 5400),
    ]  # fmt: skip
    assert [(word.text, word.start, word.end) for word in reworded(words, ["very", "good"], 4950, 5500)] == [
        ("very", 5000, 5200), ("good", 5200, 5400),
    ]  # fmt: skip
