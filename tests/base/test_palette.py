import itertools
import re

import pytest
from places import ROOT

from scribekit.base import palette
from scribekit.base.palette import DARK, LATER, LATER_DARK, LIGHT

STYLES = (ROOT / "frontend" / "src" / "shared" / "shared.css").read_text("utf-8")
GROUNDS = [(LIGHT, LATER, ("#FFFFFF",)), (DARK, LATER_DARK, ("#111111", "#212121", "#303030"))]


@pytest.mark.parametrize(("colours", "later", "grounds"), GROUNDS)
def test_every_colour_stands_out_from_its_background(colours, later, grounds):
    for colour, ground in itertools.product((*colours, later), grounds):
        assert palette.contrast(colour, ground) >= 3, (colour, ground)


@pytest.mark.parametrize("colour", [*LIGHT, *DARK, LATER, LATER_DARK])
def test_a_letter_on_any_colour_can_be_read(colour):
    assert palette.contrast(colour, palette.ink_on(colour)) >= 4.5


def test_contrast_is_that_of_the_standard():
    assert palette.contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert palette.contrast("#777777", "#FFFFFF") == palette.contrast("#FFFFFF", "#777777") == pytest.approx(4.48, abs=0.005)


def test_the_widgets_have_the_same_colours():
    light, dark = (block.upper() for block in re.findall(r"(--sk-1:.*?--sk-on-later: #\w+;)", STYLES, re.DOTALL))
    for block, colours, later in ((light, LIGHT, LATER), (dark, DARK, LATER_DARK)):
        expected = {str(number): colour for number, colour in enumerate(colours, start=1)} | {"LATER": later}
        found = dict(re.findall(r"--SK-(\w+): (#\w{6});", block))
        on = dict(re.findall(r"--SK-ON-(\w+): (#\w{6});", block))
        assert found == expected
        assert on == {name: palette.ink_on(colour) for name, colour in expected.items()}


def test_speakers_keep_their_colour_and_late_ones_are_grey():
    assert palette.speaker_colours("BA") == palette.speaker_colours("ABAB") == {"A": LIGHT[0], "B": LIGHT[1]}
    assert list(palette.speaker_colours("ABCDEFGH", dark=True).values()) == [*DARK, LATER_DARK]


SHARED = {"A": 0, "B": 1, "1A": 5, "Zoë": 3, "Ünal": 4}  # as in the tests of the widgets


def test_a_name_has_the_same_colour_among_any_others():
    everybody = palette.speaker_colours(SHARED)
    assert {name: LIGHT.index(colour) for name, colour in everybody.items()} == SHARED
    for name in SHARED:
        assert palette.speaker_colours([name])[name] == everybody[name]
