import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scribekit.base.display import NOT_MATHEMATICS, as_written, escape_markdown, shortened, shortened_apart
from scribekit.base.text import clean, width

NASTY = st.text(st.sampled_from("ab$\\()[]{}…-_ \n世ก็नि\u0301\u200d👩🏽ﺍ"), max_size=60)


def test_html_that_is_shown_as_it_is_written_has_the_classes_that_mathjax_passes_over():
    assert as_written("<b>$5</b>") == f'<div class="{NOT_MATHEMATICS}"><b>$5</b></div>'


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain", "plain"),
        ("$5 to $6", r"<span>\$</span>5 to <span>\$</span>6"),
        (r"\(x\)", r"<span>\\</span>(x\\)"),
        (r"\begin{a}", r"<span>\\</span>begin\{a\}"),
        (r"C:\temp", r"C:\\temp"),
        (r"\$", r"\\<span>\$</span>"),
        ("a_b*c#d|e`f`<g>", r"a\_b\*c\#d\|e\`f\`\<g\>"),
    ],
)
def test_markdown_shows_a_text_unchanged(text, escaped):
    assert escape_markdown(text) == escaped


@given(NASTY, st.integers(1, 40))
@example("\u093f[", 1)  # a mark that no letter bears
def test_a_shortened_text_fits_and_keeps_start_and_end(text, widest):
    short = shortened(text, widest)
    line = clean(text)
    assert width(short) <= max(widest, 1)
    if width(line) <= widest:
        assert short == line
    else:
        assert any(
            line.startswith(short[:place])
            and line.endswith(short[place + 1 :])
            and not (place and unicodedata.category(line[place]).startswith("M"))
            for place, character in enumerate(short)
            if character == "…"
        )


@given(st.lists(NASTY, unique_by=clean, max_size=8), st.integers(12, 30))
def test_different_texts_stay_different_when_they_are_shortened(texts, widest):
    short = shortened_apart(texts, widest)
    assert len(set(short)) == len(texts)
    assert all(width(one) <= widest + len(" (8)") for one in short)


def test_names_that_differ_in_the_middle_are_shown_there():
    names = [f"The history of the town council in {year}, a talk by two people.mp3" for year in (1968, 1978)]
    assert shortened_apart([*names, names[0], "short.mp3"], 28) == [
        "The hist…68, a ta…ople.mp3",
        "The hist…78, a ta…ople.mp3",
        "The hist…68, a ta…ople.mp3",
        "short.mp3",
    ]
