import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.fulltext.concordance import terms


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Straße", ["strasse"]),
        ("ÉCOLE", ["ecole"]),
        ("İstanbul", ["istanbul"]),
        ("“Quoted,”", ["quoted"]),
        ("it's", ["it’s"]),
        ("'tis", ["tis"]),
        ("rock'n'roll", ["rock", "n", "roll"]),
        ("3.5%", ["3", "5"]),
        ("snake_case", ["snake", "case"]),
        ("हिन्दी", ["हिन्दी"]),
        ("한국어", ["한국어"]),
        ("שָׁלוֹם", ["שלום"]),
        ("soft\u00adhyphen", ["softhyphen"]),
        ("ﬁnd", ["find"]),
        ("カフェ", ["カ", "フ", "ェ"]),
        ("👍🏽", ["👍🏽"[0]]),
        ("❤️", ["❤"]),
        ("1,000", ["1", "000"]),
        ("U.S.", ["u", "s"]),
        ("C++,", ["c＋＋"]),
        ("(C#)", ["c＃"]),
        ("C/C++", ["c", "c＋＋"]),
        ("Disney+", ["disney"]),
        ("۱۲۳", ["123"]),
        ("¼", ["1", "4"]),
        ("−5", ["5"]),
        ("no\x00on", ["noon"]),
        ("", []),
    ],
)
def test_terms(word, expected):
    assert list(terms(word))[: len(expected) or 1] == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("❤️", "❤"),
        ("1️⃣", "1"),
        ("葛󠄀", "葛"),
        ("ŁÓDŹ", "lodz"),
        ("Smørrebrød", "smorrebrod"),
        ("Ǿ", "o"),
        ("Æon", "aeon"),
        ("cœur", "coeur"),
        ("IŞIK", "ışık"),
        ("Đà", "da"),
        ("كـتـاب", "كتاب"),
        ("don´t", "don't"),
        ("don‘t", "don't"),
        ("don`t", "don't"),
        ("don′t", "don't"),
        ("‘quoted’", "quoted"),
        ("علي", "علی"),
        ("كتاب", "کتاب"),
        ("צה״ל", 'צה"ל'),
    ],
)
def test_ways_to_write_one_word(one, other):
    assert terms(one) == terms(other)


@given(st.text())
def test_terms_hold_nothing_that_parts_words_in_the_index(word):
    for term in terms(word):
        assert term
        assert not any(c.isspace() or (c.isascii() and not c.isalnum()) for c in term)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_case_makes_no_difference(word):
    assert terms(word.casefold()) == terms(word.casefold().casefold())
    assert all(terms(term) == (term,) for term in terms(word) if term.isascii())
