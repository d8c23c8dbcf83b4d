import json
import os
import subprocess
import sys

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from scribekit.base.fonts import choose, font_to_install

TOTO = "\U0001e290\U0001e291\U0001e292"
"""Letters of the Toto script, for which hardly any machine has a font."""
DRAW = """
import json, sys, warnings
import matplotlib.pyplot as plt
from scribekit.base.axes import finish
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(2):
        ax = plt.subplots()[1]
        ax.set_yticks([0, 1], ["short", sys.argv[1]])
        finish(ax).figure.canvas.draw()
usual, own = [label.get_fontfamily() for label in ax.get_yticklabels()]
print(json.dumps([[str(one.message) for one in caught], own, usual]))
"""


def write_font(path, letters):
    """Write a font whose letters are squares."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 500), (500, 500), (500, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"u{ord(letter):X}" for letter in letters)]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap(dict(zip(map(ord, letters), names[1:], strict=True)))
    font.setupGlyf(dict.fromkeys(names, square))
    font.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Squares Sans", "styleName": "Regular"})
    font.setupOS2(usWeightClass=400)
    font.setupPost()
    path.parent.mkdir(parents=True)
    font.save(path)


def drawn(home, text):
    """Draw two plots with a text in a process that finds fonts in a home of its own; gives the warnings, and the families in use."""
    places = {"XDG_DATA_HOME": str(home), "MPLCONFIGDIR": str(home / "matplotlib"), "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, "-c", DRAW, text], env=os.environ | places, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_letters_are_drawn_in_a_font_of_the_machine_that_has_them(tmp_path):
    write_font(tmp_path / "fonts" / "squares.ttf", TOTO)
    said, families, usual = drawn(tmp_path, f"{TOTO} $5 and $6.mp3")
    assert said == []
    assert families == [*usual, "Squares Sans"]


@pytest.mark.long
def test_a_font_that_was_installed_after_matplotlib_listed_them_is_found(tmp_path):
    assert drawn(tmp_path, "plain")[0] == []
    write_font(tmp_path / "fonts" / "squares.ttf", TOTO)
    said, families, _ = drawn(tmp_path, TOTO)
    assert said == []
    assert families[-1] == "Squares Sans"


def test_the_font_to_install_is_said_once(tmp_path):
    said, families, usual = drawn(tmp_path, TOTO)
    assert [text.rpartition(": ")[2] for text in said] == ["Noto Sans Toto."]
    assert families == usual


@pytest.mark.parametrize(
    ("missing", "chosen", "boxes"),
    [
        ("", [], ""),
        ("ab", ["both"], ""),
        ("ac", ["second"], "c"),
        ("xy", ["first"], "y"),
        ("bx", ["first", "both"], ""),
        ("y", [], "y"),
    ],
)
def test_the_fewest_fonts_are_chosen_and_the_preferred_ones_first(missing, chosen, boxes):
    fonts = {"first": {ord("x")}, "second": {ord("x"), ord("a")}, "both": {ord("a"), ord("b")}}
    assert choose(missing, fonts) == (chosen, set(boxes))


@pytest.mark.parametrize(
    ("letters", "font"),
    [
        ("世々ーぁア한Ａ、", "Noto Sans CJK"),
        ("ไ็", "Noto Sans Thai"),
        ("कि", "Noto Sans Devanagari"),
        ("عﺍ٣", "Noto Sans Arabic"),
        ("א", "Noto Sans Hebrew"),
        ("ሀ", "Noto Sans Ethiopic"),
        ("\u1a20", "Noto Sans Tai Tham"),
        ("\U00011200", "Noto Sans Khojki"),
        ("♫", "Noto Sans Symbols 2"),
        ("😀", "Noto Emoji"),
    ],
)
def test_the_font_to_install_is_that_of_the_script(letters, font):
    assert {font_to_install(letter) for letter in letters} == {font}
