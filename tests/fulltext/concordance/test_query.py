import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.errors import OptionError
from scribekit.fulltext.concordance import fts_expression, parse, searchable_text, spans, taken_as_words, terms


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (None, "not NoneType"),
        (5, "not int"),
        ("", "empty"),
        ("   ", "empty"),
        ('"climate', "not closed"),
        ("(climate", "not closed"),
        ("climate)", "without a '\\('"),
        ("climate AND", "ends where a word is expected after 'AND'"),
        ("NOT climate", "goes between two words"),
        ("OR", "put it in quotes"),
        ("climate NEAR (a OR b)", "not brackets"),
        ("a NEAR/2 b NEAR/3 c", "one distance"),
        ("a NEAR/1001 b", "at most 1000"),
        ("cl*te", "cl\\*"),
        ("*mate", "before its end.*: mate\\*"),
        ('"*mate"', "before its end"),
        ('"clim* climax"', "before its end.*: clim\\*"),
        ("climate**", "before its end"),
        ("***", "nothing to look for"),
        ('"—"', "nothing to look for"),
        ("(" * 30 + "a" + ")" * 30, "brackets inside"),
        ("a " * 200, "200 words"),
    ],
)
def test_what_cannot_be_read_is_told(query, sentence):
    with pytest.raises(OptionError, match=sentence):
        parse(query)


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("climate change", "climate AND change"),
        ("a b OR c", "(a AND b) OR c"),
        ("a AND NOT b", "a NOT b"),
        ("“climate change”", '"climate change"'),
        ("climate-change", '"climate change"'),
        ("near and or not", "Near AND And AND Or AND Not".replace("And", '"and"').replace("Or", '"or"').replace("Not", '"not"')),
        ("a NEAR b", "a NEAR/10 b"),
        ("a near/3 b", "a NEAR/3 b"),
        ("a Near/3 b near/3 c", "a NEAR/3 b NEAR/3 c"),
        ('"climate ch"*', '"climate ch*"'),
        ('צה"ל', '"צה ל"'),
        ('"של צה"ל" מדינה', '"של צה ל" AND מדינה'),
        ('"שלום"עולם', "שלום AND עולם"),
    ],
)
def test_ways_to_write_the_same(query, same):
    assert parse(query) == parse(same)


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("climate near change", ["NEAR"]),
        ("climate Near change", ["NEAR"]),
        ("climate and change or weather not storm", ["AND", "OR", "NOT"]),
        ("climate -weather", ["NOT weather"]),
        ("climate !weather", ["NOT weather"]),
        ("climate NEAR 5 change", ["NEAR/5"]),
        ("near and far", ["AND"]),
        ("climate NEAR/5 change", []),
        ("climate near/5 change", []),
        ("climate AND change OR weather NOT storm", []),
        ('"black and white"', []),
        ("near", []),
        ("near climate", []),
        ("climate near", []),
        ("climate NEAR 5", []),
    ],
)
def test_operators_that_are_written_as_words_are_told(query, meant):
    assert re.findall(r"write (.+?)\.", taken_as_words(query) or "") == meant


@pytest.fixture(scope="module")
def table():
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'ascii')")
    yield db
    db.close()


SIGNS = st.sampled_from(
    ['"', "*", "(", ")", "NEAR", "NEAR/2", "AND", "OR", "NOT", "a", "b", "ab", " ", "'", ":", "^", "{", "é", "東", "😀", "\0"]
)


@given(
    query=st.lists(SIGNS, max_size=12).map(" ".join) | st.lists(SIGNS, max_size=12).map("".join) | st.text(max_size=20),
    text=st.text("ab东é ", max_size=20),
)
def test_whatever_is_typed_is_refused_or_answered_alike_by_the_index_and_by_the_scan(table, query, text):
    try:
        parsed = parse(query)
    except OptionError:
        return
    written = searchable_text(term for word in text.split() for term in terms(word))
    table.execute("DELETE FROM t")
    table.execute("INSERT INTO t (text) VALUES (?)", (written,))
    found = table.execute("SELECT COUNT(*) FROM t WHERE t MATCH ?", (fts_expression(parsed),)).fetchone()[0]
    places = spans(parsed, written)
    assert not places or found == 1, "the index passes over what the scan finds"
    if "NEAR" not in query:  # the index may take one word for both phrases of NEAR
        assert bool(places) == bool(found)


@pytest.mark.parametrize("query", ["a NOT (a NEAR/5 a)", "b NOT (a NEAR/5 a*)", 'b NOT ("b a" NEAR "a b")', "b NOT (c NOT (a NEAR a))"])
def test_what_only_near_excludes_is_left_to_the_scan(table, query):
    text = " b a b "
    table.execute("DELETE FROM t")
    table.execute("INSERT INTO t (text) VALUES (?)", (text,))
    assert spans(parse(query), text)
    assert table.execute("SELECT COUNT(*) FROM t WHERE t MATCH ?", (fts_expression(parse(query)),)).fetchone() == (1,)


def test_a_match_of_a_chain_covers_all_its_words():
    assert spans(parse("b NEAR/2 a NEAR/2 c"), " x a b x c ") == [(1, 5)]
    assert spans(parse("b NEAR/2 a NEAR/2 c"), " a b x x x c ") == []
