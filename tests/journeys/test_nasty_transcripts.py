"""Generated transcripts, with words, names and times as services and people write them, through every verb that reads a corpus: no word is
lost, counted twice or changed in silence, and every error is one of ours."""

import contextlib
import itertools
import json
import re
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from corpora import store
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text
from nasty import NAME, WORD, as_stored, corpora

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError, ReferenceWarning
from scribekit.base.text import is_unspaced
from scribekit.fulltext.concordance import terms

FORMATS = ["txt", "srt", "vtt", "speakers", "json", "markdown"]
EXACT = ["json", "markdown"]


@pytest.fixture
def keep(tmp_path_factory):
    """Stores payloads in a corpus of its own."""

    def make(recordings, **options):
        return store(tmp_path_factory.mktemp("corpus"), {name: json.dumps(body).encode() for name, body in recordings.items()}, **options)

    return make


def words_of(recordings):
    return [(name, as_stored(word["text"])) for name, body in recordings.items() for word in body["words"]]


def pairs(frame, column="text"):
    return list(zip(frame["recording_id"], frame[column], strict=True))


@examples(40)
@given(corpora())
def test_tables_have_every_word_once_and_as_it_was_received(keep, recordings):
    corpus = keep(recordings)
    read = {level: sk.to_frame(corpus, level) for level in schema.LEVELS}
    for level, frame in read.items():
        assert frame.dtypes.astype(str).to_dict() == {name: str(dtype) for name, dtype in schema.LEVELS[level].dtypes.items()}
    words, transcripts = read["words"], read["transcripts"]
    assert pairs(words) == words_of(recordings)
    assert transcripts["recording_id"].tolist() == list(recordings)
    assert transcripts["n_words"].tolist() == [len(body["words"]) for body in recordings.values()]
    assert read["sentences"]["n_words"].sum() == read["paragraphs"]["n_words"].sum() == len(words)
    assert words["confidence"].dropna().between(0, 1).all()
    for frame in (words, read["utterances"], read["sentences"], read["paragraphs"]):
        assert (frame["start_ms"] >= 0).all()
        assert (frame["end_ms"] >= frame["start_ms"]).all()
        assert (frame["end_ms"] <= 61_000).all()  # the service rounds lengths to whole seconds
    sk.build_tables(corpus, progress=False)
    for level, frame in read.items():
        pd.testing.assert_frame_equal(sk.to_frame(corpus, level), frame)
        sk.scan_frame(corpus, level, progress=False).to_table()


@examples(25)
@given(corpora())
def test_a_workbook_has_the_rows_of_the_tables(keep, tmp_path, recordings):
    corpus = keep(recordings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        sheets = sk.to_excel(corpus, tmp_path / "corpus.xlsx")
    for row in sheets.itertuples():
        found = pd.read_excel(tmp_path / "corpus.xlsx", sheet_name=row.sheet, keep_default_na=False)
        assert len(found) == row.rows


def edit(review, data):
    """Make one edit, with whatever positions and names there are, or might be."""
    count, turns = len(review.words), len(review.utterances)
    names = st.one_of(st.sampled_from(review.speakers or ["A"]), NAME)
    words = st.lists(st.integers(0, max(count - 1, 0)), min_size=1, max_size=3)
    verb = data.draw(
        st.sampled_from(
            ["correct", "rename", "merge", "split", "reassign", "move_boundary", "accept", "reject", "note", "done", "undo", "redo"]
        )
    )
    if verb == "correct":
        review.correct(data.draw(WORD), words=data.draw(words))
    elif verb == "rename":
        review.rename(data.draw(names), data.draw(names), merge=data.draw(st.booleans()))
    elif verb == "merge":
        review.merge([data.draw(names)], data.draw(names))
    elif verb == "split":
        review.split(data.draw(names), from_word=data.draw(st.integers(0, count)), into=data.draw(names))
    elif verb == "reassign":
        review.reassign(data.draw(names), words=data.draw(words))
    elif verb == "move_boundary":
        review.move_boundary(data.draw(st.integers(0, turns)), data.draw(st.integers(-2, 2)))
    elif verb in ("accept", "reject"):
        getattr(review, verb)(words=data.draw(words))
    elif verb == "note":
        review.note(data.draw(WORD), utterance=data.draw(st.integers(0, turns)))
    else:
        getattr(review, verb)()


@examples(40)
@given(corpora(most=2), st.data())
def test_edits_change_what_they_say_and_nothing_else(keep, recordings, data):
    corpus = keep(recordings)
    levels = ["transcripts", "utterances", "words", "sentences", "paragraphs"]
    before = {level: sk.to_frame(corpus, level) for level in levels}
    for name in recordings:
        review = sk.review(corpus, name, who=data.draw(NAME))
        for _ in range(data.draw(st.integers(0, 4))):
            shown = sk.to_frame(corpus, "words")
            try:
                edit(review, data)
            except OptionError:
                pd.testing.assert_frame_equal(sk.to_frame(corpus, "words"), shown)  # what was refused changed nothing
        sk.review_states(corpus)
    after = {level: sk.to_frame(corpus, level) for level in levels}
    assert after["words"].groupby("recording_id").size().to_dict() == {
        name: len(words) for name in recordings if len(words := sk.review(corpus, name).words)
    }
    for level in levels:
        pd.testing.assert_frame_equal(sk.to_frame(corpus, level, reviewed=False), before[level])
    for name in recordings:
        review, undone = sk.review(corpus, name), 0
        with contextlib.suppress(OptionError):
            while True:
                review.undo()
                undone += 1
        assert sk.to_frame(corpus, "words", where={"recording_id": name})["text"].tolist() == [
            text for recording, text in words_of(recordings) if recording == name
        ]
        for _ in range(undone):
            review.redo()
    for level in levels:
        pd.testing.assert_frame_equal(sk.to_frame(corpus, level), after[level])


@examples(40)
@given(corpora(), st.data())
def test_people_are_named_also_by_a_table_that_was_a_file(keep, tmp_path, recordings, data):
    corpus = keep(recordings)
    people = sk.people(corpus, progress=False)
    people.to_csv(tmp_path / "people.csv", index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with contextlib.suppress(OptionError):
            sk.name_people(corpus, pd.read_csv(tmp_path / "people.csv"), progress=False)
            assert sk.people(corpus, progress=False)["name"].tolist() == people["name"].tolist()
        new = [data.draw(NAME) for _ in range(len(people))]
        try:
            sk.name_people(corpus, people.assign(name=new), merge=data.draw(st.booleans()), progress=False)
        except OptionError:
            assert sk.people(corpus, progress=False)["name"].tolist() == people["name"].tolist()
        for old, new in [(data.draw(WORD), data.draw(WORD)) for _ in range(2)]:
            with contextlib.suppress(OptionError):
                shown = len(sk.to_frame(corpus, "words"))
                sk.apply_edits(corpus, sk.propose_correction(corpus, old, new, progress=False))
                sk.undo_edits(corpus)
                assert len(sk.to_frame(corpus, "words")) == shown
        sk.apply_edits(corpus, sk.smooth_speakers(corpus, progress=False))


@examples(60)
@given(corpora(), st.data())
def test_every_word_is_found_and_counted(keep, recordings, data):
    corpus = keep(recordings)
    words = sk.to_frame(corpus, "words")
    said = [(name, index, text) for name, index, text in zip(words["recording_id"], words["word_index"], words["text"], strict=True)]
    for name, index, text in data.draw(st.lists(st.sampled_from(said), max_size=3)) if said else []:
        quoted = re.sub('[*"“”„«»]', " ", text)
        if terms(quoted):
            lines = sk.search(corpus, f'"{quoted}"')
            assert (name, index) in set(zip(lines["recording_id"], lines["word_index"], strict=True))
            line = lines[(lines["recording_id"] == name) & (lines["word_index"] == index)].iloc[0]
            for style in ("text", "markdown", "reference"):
                sk.cite(line, style, corpus=corpus)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for query in (data.draw(WORD), f"{data.draw(WORD)} NEAR/3 {data.draw(WORD)}"):
            with contextlib.suppress(OptionError):
                sk.search(corpus, query, sort=data.draw(st.sampled_from(["time", "match", "speaker", "left1", "right2"])))
                sk.collocates(corpus, query, at_least=1)
                sk.dispersion(corpus, query)
    runs = [(is_run, list(run)) for _, _, text in said for is_run, run in itertools.groupby(terms(text), is_unspaced)]
    assert sk.ngrams(corpus, 1, at_least=1)["frequency"].sum() == sum(1 if is_run else len(run) for is_run, run in runs)
    with contextlib.suppress(OptionError):
        sk.keyness(corpus, at_least=1)


def is_plain(recordings):
    """Whether plain text can say who speaks: no sign of names and words is one of labels and times, and no name is longer than labels."""
    words = [(word["text"], word["speaker"] or "") for body in recordings.values() for word in body["words"]]
    return all(not set(":：[](){}#<>\\*-_") & set(text + name) and len(name.split()) < 3 and name.isalpha() for text, name in words)


@examples(40)
@given(corpora())
def test_what_is_exported_says_the_same_when_it_is_read_again(keep, tmp_path_factory, recordings):
    corpus, folder = keep(recordings), tmp_path_factory.mktemp("exported")
    written = sk.export(corpus, folder, FORMATS, progress=False)
    assert pairs(written, "format") == [(name, form) for name in recordings for form in FORMATS]
    assert all(written["bytes"] == [Path(path).stat().st_size for path in written["path"]])
    for form, files in written.groupby("format"):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            found = sk.word_errors(corpus, {name: Path(path) for name, path in zip(files["recording_id"], files["path"], strict=True)})
        is_doubted = any(issubclass(warning.category, ReferenceWarning) for warning in warned)
        if form in EXACT or (is_plain(recordings) and not is_doubted):
            wrong = found[found["outcome"].notna() & (found["outcome"] != "hit")]
            assert wrong[["said", "text", "outcome"]].to_numpy().tolist() == [], form
    spoken = sk.export(corpus, folder, ["srt"], options={"srt": {"speakers": True}}, progress=False)
    sk.evaluate(corpus, {row.recording_id: Path(row.path) for row in spoken.itertuples()})
    with contextlib.suppress(OptionError):
        sk.export(corpus, folder, language="de", progress=False)


@examples(12)
@given(corpora())
def test_plots_draw_names_as_they_are(keep, recordings):
    corpus = keep(recordings)
    statistics, words, utterances = sk.turn_statistics(corpus), sk.to_frame(corpus, "words"), sk.to_frame(corpus, "utterances")
    said = {name: " ".join(word["text"] for word in body["words"]) for name, body in recordings.items()}
    draws = [
        lambda: sk.plots.confidence_by(words, "speaker"),
        lambda: sk.plots.confidence_by(words, "recording_id"),
        lambda: sk.plots.talk_shares(statistics),
        lambda: sk.plots.words_per_minute(statistics),
        lambda: sk.plots.turn_taking(statistics),
        lambda: sk.plots.dispersion(sk.search(corpus, "and OR 天")),
        lambda: sk.plots.review_curve(sk.flag_for_review(corpus)),
        lambda: sk.plots.reliability(sk.calibrate(corpus, said)),
        *(lambda name=name: sk.plots.speaker_timeline(utterances[utterances["recording_id"] == name]) for name in recordings),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for draw in draws:
            with contextlib.suppress(OptionError):
                ax = draw()
                ax.figure.canvas.draw()
                assert not any(text.get_parse_math() for text in ax.findobj(Text) if "$" in text.get_text())
            plt.close("all")
