import unicodedata
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scribekit.base.errors import OptionError
from scribekit.base.folding import fold
from scribekit.base.text import (
    clean,
    is_lettered,
    is_spaced,
    is_unspaced,
    join_words,
    normalise,
    pieces,
    separator,
    separators,
    tokens,
    width,
)

# -- words as running text --------------------------------------------------------------------------------------------

MIXED = st.lists(st.text("abé, .“”’—…世界。，（々〇กำลัแカ가", max_size=4), max_size=8)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["we", "saw", "it"], "we saw it"),
        (["世", "界", "和平", "。", "好", "！"], "世界和平。好！"),
        (["他", "说：", "“你", "好。”", "然后", "走了", "……"], "他说：“你好。”然后走了 ……"),
        (["今日", "は", "「東京」", "へ", "行き", "ます。", "カ", "ー", "ド"], "今日は「東京」へ行きます。カード"),
        (["人", "々", "二", "〇", "〇", "八", "年"], "人々二〇〇八年"),
        (["ﾄｳ", "ｷｮｳ"], "ﾄｳｷｮｳ"),
        (["ไทย", "ไทย", "กำ", "ลัง"], "ไทยไทยกำลัง"),
        (["東京", "は", "hot", "dog", "です"], "東京は hot dog です"),
        (["iPhone", "を", "買う。", "OK", "（笑）", "so"], "iPhone を買う。OK（笑）so"),
        (["ＮＨＫ", "ＢＳ", "１", "２"], "ＮＨＫ ＢＳ １ ２"),
        (["한국", "어"], "한국 어"),
        (["“Yes”", "she", "said", "…"], "“Yes” she said …"),
        (["a", "", "b"], "a  b"),
        (["世", "", "界"], "世  界"),
        ([""], ""),
        ([], ""),
    ],
)
def test_words_join_as_readers_of_their_script_expect(words, text):
    assert join_words(words) == text


@given(st.lists(st.text("ab'.é", min_size=1)))
def test_words_with_spaces_are_joined_by_them(words):
    assert join_words(words) == " ".join(words)
    assert is_spaced(join_words(words))


@given(MIXED)
def test_words_are_joined_pair_by_pair(words):
    parts = [part for pair in zip(separators(words), words, strict=True) for part in pair]
    assert "".join(parts) == join_words(words)
    assert separators(words)[1:] == [separator(left, right) for left, right in pairwise(words)]
    if is_spaced("".join(words)):
        assert join_words(words) == " ".join(words)


@given(MIXED)
def test_joining_adds_spaces_and_nothing_else(words):
    assert join_words(words).replace(" ", "") == "".join(words).replace(" ", "")


@given(st.text(st.sampled_from("世界々〇カกไ"), min_size=1), st.text(st.sampled_from("世界々〇カกไ"), min_size=1))
def test_scripts_without_spaces_have_none_between_words(left, right):
    assert is_unspaced(left)
    assert separator(left, right) == ""
    assert separator(left, "a") == separator("a", right) == " "


# -- text on one line -------------------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters())


@given(ANY_TEXT)
def test_clean_text_is_one_composed_line_that_xml_and_utf8_can_hold(text):
    line = clean(text)
    assert len(line.splitlines()) <= 1
    assert line == unicodedata.normalize("NFC", line).strip()
    assert ET.fromstring(f"<a>{line.replace('&', '&amp;').replace('<', '&lt;')}</a>").text in (line, None)
    line.encode("utf-8")


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@given(st.text("abcdefgh éüßאבגд中 ", max_size=30))
def test_clean_text_keeps_every_visible_character(text):
    assert clean(text).split() == unicodedata.normalize("NFC", text).split()


def test_no_break_spaces_stay():
    assert clean("Vraiment\u00a0?\nOui") == "Vraiment\u00a0? Oui"


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("世界", 4), ("ｶ", 1), ("🌍", 2)])
def test_width(text, columns):
    assert width(text) == columns


@given(st.text("天地玄黄宇宙洪荒กำab", min_size=1, max_size=80), st.integers(2, 20))
def test_pieces_join_to_the_word_and_keep_to_the_width(word, widest):
    cut = pieces(word, widest)
    assert "".join(cut) == word
    if len(cut) > 1:
        assert all(width(piece) <= widest + 1 for piece in cut)


# -- words as they are compared ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("Twenty-one -- days/nights", "twenty one days nights"),
        ("Rock ’n’ roll isn’t ‘dead’.", "rock n roll isn't dead"),
        ("STRASSE, Straße", "strasse strasse"),
        ("ﬁne ①", "fine 1"),
        ("naïve café\u00a0Ω", "naïve café ω"),
        ("…!?", ""),
        ("snake_case", "snakecase"),
        ("राम की किताब का पता।", "राम की किताब का पता"),
        ("বাংলা, தமிழ்!", "বাংলা தமிழ்"),
        ("Kovac\u030c", "kovač"),
        ("❤\ufe0f 5\ufe0f\u20e3", "5"),
        ("3.5 is not 35.", "3.5 is not 35"),
        ("(-5), −5, x-5, 3-5 and – 5", "-5 -5 x 5 3 5 and 5"),
        ("a(-5)", "a -5"),
        ("1,250,000 or 1,25 or 10,00,000", "1250000 or 1.25 or 1000000"),
        ("½ …5", "1 2 5"),
        ("At 5:30: yes.", "at 5:30 yes"),
        ("5,000, or (5,000) or …5,000… or well,5,000,and", "5000 or 5000 or 5000 or well 5000 and"),
        ("5\u00a0000 5\u202f000\u202f000 5'000 5’000 1.250.000", "5000 5000000 5000 5000 1250000"),
        ("1,2 3.500 192.168.0.1", "1.2 3.500 192.168.0.1"),
        ("I…I the...the Yes,I well;okay so:now what?No!Yes", "i i the the yes i well okay so now what no yes"),
        ("yes.And (laughs)so “he”she [x]y", "yes and laughs so he she x y"),
        ("U.S. U.S.A p.m. e.g. z.B. Ph.D.", "us usa pm eg zb phd"),
        ("don´t O‘Brien don′t don`t donʹt", "don't o'brien don't don't don't"),
        ("AT&T R&D", "att rd"),
        ("C++, C#, C, c++/F# A+ but Disney+", "c++ c# c c++ f# a+ but disney"),
        ("İSTANBUL istanbul ISI ısı", "istanbul istanbul isi isi"),
        ("۱۲۳ ١٢٣ १२३ １２３", "123 123 123 123"),
        ("۳٫۵ ۱٬۲۵۰، ۵؟", "3.5 1250 5"),
        ('צה"ל צה״ל אמר"לא', "צהל צהל אמרלא"),
    ],
)
def test_basic_normalising(text, compared):
    assert normalise(text) == compared


@pytest.mark.parametrize(("one", "other"), [("علي", "علی"), ("كتاب", "کتاب"), ("كـتاب", "کتاب"), ("پاکستان ہے", "پاکستان هے")])
def test_keyboards_make_no_other_word(one, other):
    assert normalise(one) == normalise(other)


@given(
    st.text("abİıé", min_size=1, max_size=4),
    st.sampled_from([",", ";", "!", "?", "…", "...", "—", ", ", "“", ")", "؟", "،"]),
    st.text("abİıé", min_size=1, max_size=4),
)
def test_punctuation_joins_no_words(before, sign, after):
    assert normalise(before + sign + after) == f"{normalise(before)} {normalise(after)}"


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text, "none")
    assert normalise(once, "none") == once
    assert "  " not in normalise(text)


@given(st.text(st.sampled_from("ab1-−–.,'( \u0301की你\ufe0f❤0"), max_size=20))
def test_what_is_normalised_stays_so_and_parts_into_tokens(text):
    once = normalise(text)
    assert normalise(once) == once
    assert "".join(tokens(text)) == once.replace(" ", "")
    assert all(token and not token.isspace() for token in tokens(text))
    assert tokens(join_words(tokens(text)), "none") == tokens(text)


@given(st.text(st.characters(categories=["L", "M"]), max_size=8))
def test_no_letter_and_no_mark_of_a_letter_is_lost(text):
    folded = fold("x" + text)
    assume(is_lettered(folded))
    assert normalise("x" + text) == folded


def test_characters_of_unspaced_scripts_are_tokens_however_they_are_spaced():
    assert tokens("你好 吗iPhone3年") == tokens("你好吗 iPhone3 年") == ["你", "好", "吗", "iphone3", "年"]
    assert tokens("กำลัง") == tokens("กำ ลัง")
    assert join_words(tokens("今日 は hot dog です。")) == "今日は hot dog です"


def test_an_unknown_normaliser_is_named():
    with pytest.raises(OptionError, match=r"'basics'.*'basic'"):
        normalise("a", "basics")


@given(st.text(st.sampled_from("々〇世界〡ーｶﾞa "), max_size=8))
def test_tokens_of_all_unspaced_characters_join_to_the_same_tokens(text):
    assert tokens(join_words(tokens(text)), "none") == tokens(text)
