import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.errors import ManifestError
from scribekit.recordings import manifest
from scribekit.recordings.manifest import Facts, names_beside, recording_id, recording_ids

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\"), min_size=1, max_size=12)
RELATIVE = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
SOURCES = st.one_of(
    st.none(),
    RELATIVE,
    RELATIVE.map("../".__add__),
    RELATIVE.map("/".__add__),
    RELATIVE.map("https://example.org/".__add__),
    st.sampled_from(["a.mp3", "./a.mp3", "a.mp3#2", "row-1", "..", ".", "https://"]),
)


@given(st.lists(SOURCES, max_size=12))
def test_ids_are_unique_and_never_empty(sources):
    ids = recording_ids(sources)
    assert len(ids) == len(sources) == len(set(ids))
    assert all(ids)


@given(st.lists(SOURCES, max_size=8), SOURCES)
def test_an_id_does_not_change_when_a_row_is_added_below(sources, another):
    before, after = recording_ids(sources), recording_ids([*sources, another])
    moved = [old for old, new in zip(before, after, strict=False) if old != new]
    assert all("#" in old for old in moved)  # only a numbered id may change, for a source that has exactly this name


@given(SOURCES.filter(lambda source: source is not None))
def test_an_id_never_leaves_its_folder(source):
    name = recording_id(source)
    assert not name.startswith("/")
    assert ".." not in name.split("/")
    assert unicodedata.is_normalized("NFC", name)


@given(NAMES.filter(lambda name: name not in {".", ".."}))
def test_composed_and_decomposed_names_have_the_same_id(name):
    assert recording_id(unicodedata.normalize("NFD", name)) == recording_id(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("2019/interview.mp3", "2019/interview.mp3"),
        ("./2019//interview.mp3", "2019/interview.mp3"),
        ("2019\\interview.mp3", "2019/interview.mp3"),
        ("🎙 été.wav", "🎙 été.wav"),
        ("https://Example.org/a%20b.mp3", "Example.org/a b.mp3".replace("E", "e", 1)),
        ("http://127.0.0.1:8000/a.mp3#t=5", "127.0.0.1:8000/a.mp3"),
        ("https://user:secret@example.org/a.mp3", "example.org/a.mp3"),
        ("https://example.org/../../etc/a.mp3", "example.org/etc/a.mp3"),
    ],
)
def test_an_id_reads_like_its_source(source, name):
    assert recording_id(source) == name


def test_an_absolute_path_shows_its_folder_and_a_mark_of_the_rest():
    one, other = recording_id("/home/ann/calls/a.mp3"), recording_id("/home/bob/calls/a.mp3")
    assert one.startswith("calls/a.mp3~")
    assert len(one) == len("calls/a.mp3~") + 6
    assert one != other


def test_a_path_that_goes_up_and_a_query_leave_a_mark():
    assert len({recording_id(f"{up}a.mp3") for up in ("", "../", "../../")}) == 3
    assert len({recording_id(f"https://example.org/get{query}") for query in ("", "?id=1", "?id=2")}) == 3
    assert "secret" not in recording_id("https://example.org/a.mp3?token=secret")


def test_a_repeated_source_is_numbered_past_names_that_are_taken():
    assert recording_ids(["a.mp3", "a.mp3#2", "a.mp3", "a.mp3"]) == ["a.mp3", "a.mp3#2", "a.mp3#3", "a.mp3#4"]


def test_the_source_column_is_found_or_taught():
    assert manifest.source_column(["title", "audio_url"]) == "audio_url"
    with pytest.raises(ManifestError, match=r"Found: titel, paht\. Expected .*'paht': Did you mean 'path'\?"):
        manifest.source_column(["titel", "paht"])
    with pytest.raises(ManifestError, match="path, url"):
        manifest.source_column(["path", "url"])
    with pytest.raises(ManifestError, match="no columns"):
        manifest.source_column([])


def test_ids_of_the_user_are_refused_when_missing_or_repeated():
    assert manifest.check_ids(["a", "b"]) == ["a", "b"]
    with pytest.raises(ManifestError, match=r"NUL.*'a\\x00'"):
        manifest.check_ids(["a\0", "b"])
    with pytest.raises(ManifestError, match="row 2"):
        manifest.check_ids(["a", None])
    with pytest.raises(ManifestError, match="'a'"):
        manifest.check_ids(["a", "b", "a"])
    with pytest.raises(ManifestError, match="1, 2, 3, 4, 5 and 3 more"):
        manifest.check_ids([None] * 8)


@pytest.mark.parametrize("kind", manifest.PROBLEMS)
def test_every_problem_is_a_kind_and_a_message(kind):
    found, message = manifest.split_problem(manifest.problem(kind, "It: {odd}"))
    assert found == kind
    assert message.endswith(".")
    assert "{detail" not in message


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.org/a.mp3", None),
        ("http://127.0.0.1:8000/a.mp3", None),
        ("ftp://example.org/a.mp3", "bad_url"),
        ("file:///tmp/a.mp3", "bad_url"),
        ("s3://bucket/a.mp3", "bad_url"),
        ("https:///a.mp3", "bad_url"),
        ("https://[broken/a.mp3", "bad_url"),
        ("https://example.org/a b.mp3", "bad_url"),
    ],
)
def test_only_web_addresses_can_be_fetched(url, kind):
    problem = manifest.url_problem(url)
    assert (problem and manifest.split_problem(problem)[0]) == kind


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (Facts(duration_s=0.160), None),
        (Facts(duration_s=0.159), "too_short"),
        (Facts(duration_s=36000.0), None),
        (Facts(duration_s=36000.1), "too_long"),
        (Facts(duration_s=None, size_bytes=2_200_000_000), None),
        (Facts(duration_s=None, size_bytes=2_200_000_001), "too_large"),
        (Facts(failure="corrupt", detail="x"), "corrupt"),
    ],
)
def test_limits_are_those_of_the_service(facts, kind):
    problem = manifest.file_problem(facts)
    assert (problem and manifest.split_problem(problem)[0]) == kind


def test_a_url_whose_length_the_table_gives_has_the_same_limits():
    assert manifest.split_problem(manifest.url_problem("https://example.org/a.mp3", 36001.0))[0] == "too_long"


@given(st.lists(st.one_of(st.none(), st.integers(0, 4))))
def test_the_first_equal_key_is_the_first(keys):
    for position, first in enumerate(manifest.first_equal(keys)):
        if first is None:
            assert keys[position] is None or keys[position] not in keys[:position]
        else:
            assert keys.index(keys[position]) == first < position


@given(st.lists(RELATIVE))
def test_natural_order_is_total(paths):
    assert sorted(sorted(paths), key=manifest.natural_key) == sorted(sorted(paths, reverse=True), key=manifest.natural_key)


SHORT = st.sampled_from(["recording_id", "left", "left_manifest", "left_manifest_manifest", "year"])


@given(st.lists(SHORT, unique=True), st.lists(SHORT, unique=True))
def test_names_beside_a_table_are_told_apart(columns, taken):
    renamed = [names_beside(columns, taken).get(name, name) for name in columns]
    assert len(set(renamed)) == len(renamed)
    assert not {*renamed} & {*taken} - {"recording_id"}
    assert all(new == old for new, old in zip(renamed, columns, strict=True) if old not in taken)


def test_a_length_is_taken_from_either_column():
    frame = manifest.table_of_recordings([{"duration_s": 2.0, "duration": 3.0}, {"duration": "4"}, {"source": "a.mp3"}])
    assert manifest.durations_s(frame).fillna(-1.0).tolist() == [2.0, 4.0, -1.0]


@pytest.mark.parametrize("source", ["https:/host.example/a.mp3?sig=4f2a", "HTTP:/host.example/a.mp3?token=4f2a", "s3://b/a.mp3?sig=4f2a"])
def test_an_address_that_is_not_one_shows_no_secret(source):
    assert manifest.is_url(source)
    assert "4f2a" not in recording_id(source)
    assert manifest.split_problem(manifest.url_problem(source))[0] == "bad_url"
    assert "4f2a" not in manifest.url_problem(source)
    assert manifest.public_source(source) == source.partition("?")[0] + "?…"


def test_sources_are_shown_without_secrets_and_paths_as_they_are():
    frame = pd.DataFrame({"source": ["https://a.example/a.mp3?sig=4f2a", "a?token=1.wav", None], "n": [1, 2, 3]}, index=[3, 4, 5])
    shown = manifest.with_public_sources(frame)
    assert shown["source"].tolist()[:2] == ["https://a.example/a.mp3?…", "a?token=1.wav"]
    assert shown["source"].isna().tolist() == [False, False, True]
    assert shown.index.tolist() == [3, 4, 5]
    assert frame["source"].iloc[0].endswith("4f2a")
    assert manifest.with_public_sources(frame[["n"]]).equals(frame[["n"]])
