import hypothesis.strategies as st
import pytest
from hypothesis import given

from scribekit.transcripts.edits import EditedWord
from scribekit.transcripts.edits.spacing import Spacing


def untouched(texts):
    return [EditedWord(text, place, place + 1, origin=place) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("text", "words", "place", "typed", "joined"),
    [
        ("私はiPoneを買った", ["私", "は", "iPone", "を", "買った"], 2, "iPhone", "私はiPhoneを買った"),
        ("私は iPone を買った", ["私", "は", "iPone", "を", "買った"], 2, "iPhone", "私は iPhone を買った"),
        ("use iPoneを 買った", ["use", "iPone", "を", "買った"], 0, "Use", "Use iPoneを 買った"),
        ("ไป ครับวันนี้ดี", ["ไป", "ครับ", "วันนี้", "ดี"], 3, "ดำ", "ไป ครับวันนี้ดำ"),
        ("今天 我们 去", ["今天", "我们", "去"], 2, "走", "今天 我们 走"),
        ("so  it\nwas", ["so", "it", "was"], 0, "So", "So it\nwas"),
        ("", ["私", "は", "OK"], 0, "僕", "僕は OK"),
        ("other text", ["私", "は", "OK"], 0, "僕", "僕は OK"),
    ],
)
def test_a_correction_leaves_the_text_between_the_other_words(text, words, place, typed, joined):
    corrected = untouched(words)
    corrected[place] = EditedWord(typed, 0, 1)
    assert Spacing(text, words).joined(corrected) == joined


@given(st.lists(st.sampled_from(["東", "京都", "iPhone", "OK,", "ไทย", "、"]), min_size=1, max_size=8), st.data())
def test_a_text_without_corrections_is_as_the_service_wrote_it(words, data):
    gaps = [data.draw(st.sampled_from(["", " ", "  "])) for _ in words[1:]]
    text = words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=True))
    assert Spacing(text, words).joined(untouched(words)) == text
