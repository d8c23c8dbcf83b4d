from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.errors import OptionError
from scribekit.fulltext.facets import RECORDING, SPEAKER, Facets, facet_names, label, recording_labels

MANIFEST = pd.DataFrame(
    {
        "recording_id": ["one", "two", "three"],
        "source": ["a/1.wav", "a/2.wav", "a/3.wav"],
        "duration_s": [1.0, 2.0, 3.0],
        "title": ["First", "Second", "Third"],
        "kind": ["call", "talk", None],
        "year": [2024.0, 2024.0, 2025.0],
        "same": ["x", "x", "x"],
        "reference": ["refs/1.txt", "refs/2.txt", "refs/3.txt"],
    }
)
LINES = pd.DataFrame({"recording_id": ["one", "one", "two", "three", "three"], "speaker": ["A", "B", "A", None, "B"]})


@pytest.fixture
def facets():
    names = facet_names(MANIFEST)
    return Facets(LINES, names, recording_labels(MANIFEST, names))


def counted(facets, picked, name):
    return [(count.value, count.lines, count.is_picked) for count in facets.counts(picked)[name]]


def test_columns_with_several_values_are_facets():
    assert facet_names(MANIFEST) == [SPEAKER, RECORDING, "kind", "year"]
    assert facet_names(MANIFEST, ["title", "title", SPEAKER]) == ["title", SPEAKER]
    with pytest.raises(OptionError, match="'kind'"):
        facet_names(MANIFEST, ["kin"])


def test_in_a_larger_library_a_value_for_nearly_every_recording_is_not_a_facet():
    count = 40
    library = pd.DataFrame(
        {
            "recording_id": [f"r{number}" for number in range(count)],
            "name": [f"Somebody {number}" for number in range(count)],
            "room": [f"Room {number % 4}" for number in range(count)],
            "comment": ["a very long comment that nobody would want to tick in a list of values" + "!" * (n % 3) for n in range(count)],
        }
    )
    assert facet_names(library) == [SPEAKER, RECORDING, "room"]


def test_values_are_counted_in_the_lines_that_the_other_facets_keep(facets):
    assert counted(facets, {}, SPEAKER) == [("A", 2, False), ("B", 2, False), (None, 1, False)]
    picked = {SPEAKER: ["B"], "kind": ["call", None]}
    assert facets.chosen(picked).tolist() == [False, True, False, False, True]
    assert counted(facets, picked, SPEAKER) == [("B", 2, True), ("A", 1, False), (None, 1, False)]
    assert counted(facets, picked, "kind") == [("call", 1, True), (None, 1, True)]
    assert counted(facets, picked, RECORDING) == [("one", 1, False), ("three", 1, False)]


def test_what_is_chosen_stays_in_the_list_when_no_line_has_it(facets):
    assert counted(facets, {SPEAKER: ["Nobody"]}, SPEAKER)[-2:] == [("Nobody", 0, True), (None, 1, False)]
    assert not facets.chosen({SPEAKER: ["Nobody"]}).any()


@pytest.mark.parametrize(
    ("dates", "labels"),
    [
        (["2024-03-01", "2024-03-09"], ["2024-03-01", "2024-03-09"]),
        (["2024-01-31", None, "2024-11-01T10:00:00Z"], ["2024-01", None, "2024-11"]),
        (pd.to_datetime(["1999-05-01", "2024-01-01"]), ["1999", "2024"]),
        ([date(1999, 5, 1), None, date(2024, 1, 1)], ["1999", None, "2024"]),
        (["2024-03-01", "soon"], ["2024-03-01", "soon"]),
    ],
)
def test_dates_are_grouped_by_a_period_that_suits_their_span(dates, labels):
    manifest = pd.DataFrame({"recording_id": [str(number) for number in range(len(dates))], "date": dates})
    assert recording_labels(manifest, ["date"])["date"].tolist() == labels


def test_many_dates_are_a_facet_however_they_are_written():
    days = [date(2018 + number // 12, 1 + number % 12, 1) for number in range(60)]
    for dates in (days, [day.isoformat() for day in days], pd.to_datetime(days)):
        assert facet_names(pd.DataFrame({"recording_id": map(str, range(60)), "date": dates})) == [SPEAKER, RECORDING, "date"]


def test_dates_are_listed_in_their_order():
    manifest = pd.DataFrame({"recording_id": ["a", "b"], "date": ["2024-01-05", "2023-01-05"]})
    lines = pd.DataFrame({"recording_id": ["a", "a", "b"], "speaker": ["A", "A", "A"]})
    assert counted(Facets(lines, ["date"], recording_labels(manifest, ["date"])), {}, "date") == [
        ("2023-01", 1, False),
        ("2024-01", 2, False),
    ]


def test_without_lines_there_is_nothing_to_count():
    names = facet_names(MANIFEST)
    facets = Facets(LINES.iloc[:0], names, recording_labels(MANIFEST, names))
    assert facets.counts({}) == {}
    assert counted(facets, {"kind": ["call"]}, "kind") == [("call", 0, True)]


def test_a_facet_in_which_all_lines_have_the_same_value_is_excluded():
    lines = LINES[LINES["recording_id"] != "three"]
    names = facet_names(MANIFEST)
    facets = Facets(lines, names, recording_labels(MANIFEST, names))
    assert list(facets.counts({})) == [SPEAKER, RECORDING, "kind"]
    assert list(facets.counts({"kind": ["talk"]})) == [SPEAKER, RECORDING, "kind"]
    assert list(facets.counts({"year": ["2024"]})) == [SPEAKER, RECORDING, "kind", "year"]


@given(
    st.lists(st.tuples(st.sampled_from(["one", "two", "three"]), st.sampled_from(["A", "B", None])), max_size=20),
    st.lists(st.sampled_from(["A", "B", None]), unique=True),
    st.lists(st.sampled_from(["call", "talk", None]), unique=True),
)
def test_a_count_is_what_choosing_only_that_value_would_show(rows, speakers, kinds):
    lines = pd.DataFrame({"recording_id": [row[0] for row in rows], "speaker": pd.Series([row[1] for row in rows], dtype="str")})
    facets = Facets(lines, [SPEAKER, "kind"], recording_labels(MANIFEST, ["kind"]))
    picked = {SPEAKER: speakers, "kind": kinds}
    for name, counts in facets.counts(picked).items():
        for count in counts:
            assert count.lines == facets.chosen(picked | {name: [count.value]}).sum()
            assert count.is_picked == (count.value in picked[name])


@pytest.mark.parametrize(("value", "text"), [(pd.NaT, None), ("  ", None), (3, "3"), (2.5, "2.5"), (False, "no"), (["a"], "['a']")])
def test_a_cell_becomes_text(value, text):
    assert label(value) == text
