import hypothesis.strategies as st
import pytest
from hypothesis import given

from scribekit.transcripts.edits import EditedWord
from scribekit.transcripts.edits.phrases import places


def words_of(*texts):
    return [EditedWord(text, place, place + 1) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "phrase", "positions"),
    [
        (["今日", "は", "天気"], "天気", [[2]]),
        (["今日", "は", "天", "気"], "天気", [[2, 3]]),
        (["今日は天気です"], "天気", [[0]]),
        (["今天", "气好"], "天气", [[0, 1]]),
        (["天気、", "天気"], "天気", [[0], [1]]),
        (["天気天気"], "天気", [[0]]),
        (["天", "気", "天気"], "気天", [[1, 2]]),
        (["iPhoneを", "iPhone"], "iphone", [[0], [1]]),
        (["iPhone15を"], "iphone", []),
        (["category", "cat"], "cat", [[1]]),
        (["C++", "C", "C#"], "C", [[1]]),
        (["ที่", "ท"], "ท", [[1]]),
        (["...", "so"], "...", [[0]]),
        (["天"], " ", []),
    ],
)
def test_a_phrase_is_found_however_the_text_was_cut(texts, phrase, positions):
    assert [place.positions for place in places(words_of(*texts), phrase)] == positions


@given(st.lists(st.text("天気日", min_size=1, max_size=4), min_size=1, max_size=6), st.text("天気日", min_size=1, max_size=2))
def test_what_is_replaced_is_what_a_plain_replacement_gives(texts, phrase):
    words, end, text = words_of(*texts), 0, ""
    for place in places(words, phrase):
        text += "".join(texts[end : place.positions[0]]) + place.kept[0] + "".join("_" + kept for kept in place.kept[1:])
        end = place.positions[-1] + 1
    assert text + "".join(texts[end:]) == "".join(texts).replace(phrase, "_")
