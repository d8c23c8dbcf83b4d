import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text

from scribekit.base import palette, schema
from scribekit.base.errors import OptionError
from scribekit.quality import calibration, plots
from scribekit.quality.conversation import speaker_statistics

UTTERANCES = schema.UTTERANCES.frame(
    {
        "recording_id": ["x", "x", "x", "y"],
        "utterance_index": [0, 1, 2, 0],
        "speaker": ["B", "A", "B", "A"],
        "start_ms": [0, 60_000, 90_000, 0],
        "end_ms": [50_000, 80_000, 120_000, 9_000],
        "text": ["", "", "", ""],
        "confidence": [0.5, 0.6, None, 0.9],
        "n_words": [80, 40, 60, 20],
    }
)
STATISTICS = speaker_statistics(UTTERANCES)
FIRST = UTTERANCES[UTTERANCES["recording_id"] == "x"]
CALIBRATION = calibration.fit(np.linspace(0, 1, 200), np.arange(200) % 3 > 0)
QUEUE = pd.DataFrame({"cumulative_minutes": [1.0, 4.0], "share_of_errors": [0.5, 0.75]})
LINES = pd.DataFrame({"recording_id": ["x", "y", "y"], "start_ms": [0, 60_000, 90_000], "end_ms": [500, 60_500, 90_500]})
PLOTS = {
    "confidence_by": (UTTERANCES, "speaker"),
    "reliability": (CALIBRATION,),
    "speaker_timeline": (FIRST,),
    "talk_shares": (STATISTICS,),
    "words_per_minute": (STATISTICS,),
    "turn_taking": (STATISTICS,),
    "review_curve": (QUEUE,),
    "dispersion": (LINES,),
}
EMPTY = {
    "confidence_by": (UTTERANCES.iloc[:0], "speaker"),
    "speaker_timeline": (UTTERANCES.iloc[:0],),
    "talk_shares": (STATISTICS.iloc[:0],),
    "words_per_minute": (STATISTICS.iloc[:0],),
    "turn_taking": (STATISTICS.iloc[:0],),
    "review_curve": (QUEUE.iloc[:0],),
    "dispersion": (LINES.iloc[:0],),
}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_draws_on_the_axes_it_is_given_and_on_its_own(name):
    draw = getattr(plots, name)
    given = plt.subplots()[1]
    assert draw(*PLOTS[name], ax=given) is given
    assert given.has_data()
    own = draw(*PLOTS[name])
    assert own is not given
    assert own.get_title() == given.get_title() != ""
    assert own.get_xlabel()


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_is_drawn_as_nothing(name):
    getattr(plots, name)(*EMPTY[name]).figure.canvas.draw()


def test_a_dispersion_plot_has_a_row_per_recording_and_a_stroke_per_line():
    ax = plots.dispersion(LINES.assign(duration_s=[120.0, 60.0, 60.0]))
    assert labels(ax.yaxis) == ["y (2)", "x (1)"]
    assert [round(bar.get_width(), 3) for bar in ax.patches] == [
        round(90.5 / 60, 3),
        2.0,
    ]  # a result beyond the end makes the recording longer
    assert [sorted(segment[0][0] for segment in strokes.get_segments()) for strokes in ax.collections] == [[1.0, 1.5], [0.0]]
    assert ax.get_title() == "3 lines in 2 recordings"
    many = pd.DataFrame({"recording_id": [str(number) for number in range(50)], "start_ms": 0, "end_ms": 1})
    assert plots.dispersion(many).get_title().endswith("(the first 40 of 50 recordings)")


def test_a_speaker_keeps_the_colour_in_every_plot():
    colours = palette.speaker_colours(["A", "B"])
    bars = plots.words_per_minute(STATISTICS).patches
    assert [to_hex(bar.get_facecolor()).upper() for bar in bars] == [colours[name] for name in STATISTICS["speaker"]]
    rows = plots.speaker_timeline(FIRST).collections
    assert [to_hex(row.get_facecolor()[0]).upper() for row in rows] == list(colours.values())
    assert palette.speaker_colours("BA") == colours


def test_more_speakers_than_colours_are_grey():
    colours = palette.speaker_colours("ABCDEFGHI")
    assert [colours[name] for name in "HI"] == [palette.LATER] * 2
    assert len({colours[name] for name in "ABCDEFG"}) == 7


def test_neighbouring_colours_differ_in_lightness_too():
    """So that they differ in a black-and-white print."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    luminance = [float(weights @ np.power(to_rgb(colour), 2.2)) for colour in palette.LIGHT]
    assert all(abs(a - b) > 0.1 for a, b in itertools.pairwise(luminance))


def test_what_the_plots_show():
    assert labels(plots.confidence_by(UTTERANCES, "recording_id").yaxis) == ["x  (n = 2)", "y  (n = 1)"]
    years = UTTERANCES.assign(year=[2020.0, 2020.0, 2020.0, np.nan])
    assert labels(plots.confidence_by(years, "year").yaxis) == ["2020  (n = 2)", "(none)  (n = 1)"]
    timeline = plots.speaker_timeline(FIRST)
    assert labels(timeline.yaxis) == ["A", "B"]
    spans = [path.get_extents().intervalx.round(6).tolist() for path in timeline.collections[1].get_paths()]
    assert spans == [[0, round(50 / 60, 6)], [1.5, 2]]
    shares = plots.talk_shares(STATISTICS)
    assert [text.get_text() for text in shares.texts] == ["A 20%", "A 100%", "B 80%", ""]
    curve = plots.review_curve(QUEUE)
    assert curve.lines[0].get_xydata().tolist() == [[0, 0], [1, 0.5], [4, 0.75]]
    assert curve.get_title() == "4.0 minutes find 75% of the expected errors"
    ratio = plots.turn_taking(STATISTICS)
    assert labels(ratio.yaxis) == ["x  B", "x  A"]  # a single speaker has no ratio
    points = plots.reliability(CALIBRATION).containers[0].lines[0]
    assert points.get_xdata().tolist() == CALIBRATION.table["confidence"].tolist()


def test_no_plot_has_more_rows_than_can_be_read():
    count = 120
    turns = {"recording_id": [f"r{number}" for number in range(count)], "speaker": ["A"] * count, "n_words": [5] * count}
    many = pd.DataFrame({**turns, "start_ms": 0, "end_ms": 1000, "confidence": 0.5})
    statistics = speaker_statistics(many)
    drawn = {
        "the first 40 of 120 recordings": plots.talk_shares(statistics),
        "the first 40 of 120 rows": plots.words_per_minute(statistics),
        "the first 40 of 120 groups": plots.confidence_by(many, "recording_id"),
    }
    for sentence, ax in drawn.items():
        assert sentence in ax.get_title()
        assert len(labels(ax.yaxis)) == 40
        assert labels(ax.yaxis)[39].startswith("r39")
    height = drawn["the first 40 of 120 rows"].figure.get_size_inches()[1]
    assert height / 40 >= 0.25  # inches for a label


def test_mistakes_are_explained():
    with pytest.raises(OptionError, match=r"'speaker' holds no numbers.*talk_share"):
        plots.turn_taking(STATISTICS, "speaker")
    with pytest.raises(OptionError, match="one recording"):
        plots.speaker_timeline(UTTERANCES)
    with pytest.raises(OptionError, match=r"'speakers'.*'speaker'"):
        plots.confidence_by(UTTERANCES, "speakers")
    with pytest.raises(OptionError, match=r"'overlap'.*'overlap_s'"):
        plots.turn_taking(STATISTICS, "overlap")


HARD = [
    "Ba$$in talk.mp3",
    "$5 to $6",
    "$",
    r"$\frac{$",
    "a_b^c {x",
    f"An interview {'that goes on ' * 9}part 1.mp3",
    f"An interview {'that goes on ' * 9}part 2.mp3",
]


@pytest.mark.parametrize("name", ["confidence_by", "speaker_timeline", "talk_shares", "words_per_minute", "turn_taking", "dispersion"])
def test_names_are_drawn_as_they_are_written_and_leave_room_for_the_plot(name):
    turns = {"recording_id": HARD, "speaker": HARD, "n_words": 5}
    hard = pd.DataFrame({**turns, "start_ms": 0, "end_ms": 1000, "confidence": 0.5})
    statistics = speaker_statistics(hard).assign(talk_listen_ratio=1.0)
    given = {
        "confidence_by": (hard, "recording_id"),
        "speaker_timeline": (hard.assign(recording_id=HARD[0]),),
        "dispersion": (hard,),
    }.get(name, (statistics,))
    ax = getattr(plots, name)(*given)
    ax.figure.canvas.draw()
    assert ax.get_position().width > 0.4
    shown = " ".join(labels(ax.yaxis))
    assert all(short in shown for short in HARD[:5])
    assert len(set(labels(ax.yaxis))) == len(HARD)
    texts = [text for text in ax.findobj(Text) if "$" in text.get_text()]
    assert texts
    assert not any(text.get_parse_math() for text in texts)
