import unicodedata
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given

from scribekit.transcripts.edits.typed import typed_words


@pytest.mark.parametrize(
    ("text", "old", "words"),
    [
        ("two  words", ["one"], ["two", "words"]),
        ("私はiPhone を", ["私", "は", "iPone", "を"], ["私", "は", "iPhone", "を"]),
        ("私はiPhone を", ["私は", "iPone", "を"], ["私は", "iPhone", "を"]),
        ("明日は天気です", ["今日", "は", "天気", "です"], ["明日", "は", "天気", "です"]),
        ("明日天候", ["今日", "天気"], ["明日", "天候"]),
        ("天候", ["天", "气"], ["天", "候"]),
        ("好天气", ["天", "气"], ["好", "天", "气"]),
        ("天候、", ["天気", "、"], ["天候", "、"]),
        ("天気、", ["天気"], ["天気、"]),
        ("「天候」", ["天気"], ["「天候」"]),
        ("上 海", ["上海"], ["上", "海"]),
        ("สวัสดีค่ะ", ["สวัสดี", "ครับ"], ["สวัสดี", "ค่ะ"]),
        ("เมือง", ["ม"], ["เมื", "อ", "ง"]),
        ("น้ำ", ["x"], ["น้ำ"]),
        ("មិន", ["x"], ["មិ", "ន"]),
        ("ខ្មែរ", ["x"], ["ខ្មែ", "រ"]),
        ("မြန်မာ", ["x"], ["မြ", "န်", "မာ"]),
        ("か\u3099", ["x"], ["か\u3099"]),
        ("葛\U000e0100飾", ["x"], ["葛\U000e0100", "飾"]),
        ("3月5日にC++を", ["x"], ["3", "月", "5", "日", "に", "C++", "を"]),
        ("", ["天"], []),
    ],
)
def test_typed_text_is_cut_by_script_and_keeps_the_old_words(text, old, words):
    assert typed_words(text, old) == words


WORD = st.one_of(
    st.text("東京都日本", min_size=1, max_size=3),
    st.text("ไทยเมือง่าำ", min_size=1, max_size=4),
    st.sampled_from(["iPhone", "C++", "OK,", "、", "「"]),
)
TYPED = st.text("東京都日本ไเมื่ำabC+ ,、「」", max_size=12)


@given(TYPED, st.lists(WORD, min_size=1, max_size=5))
def test_no_letter_is_lost_and_no_run_or_vowel_is_torn(text, old):
    words = typed_words(text, old)
    assert "".join(words) == "".join(text.split())
    starts_of_chunks = {chunk[0] for chunk in text.split()}
    for before, after in pairwise(words):
        is_mark = unicodedata.category(after[0]).startswith("M")
        is_torn = is_mark or ((before[-1] + after[0]).isascii() and (before[-1] + after[0]).isalnum())
        assert not is_torn or after[0] in starts_of_chunks


@given(st.lists(st.text("東京都日本", min_size=1, max_size=3) | st.sampled_from(["iPhone", "C++"]), min_size=1, max_size=6))
def test_an_unchanged_text_is_the_same_words(old):
    assert typed_words(" ".join(old), old) == old
