import answers
import pytest
from corpora import store

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.fulltext.translated import translated_words


@pytest.fixture
def corpus(tmp_path):
    return store(
        tmp_path / "corpus",
        {"one": answers.body("t-one"), "two": [("A", "Nothing was translated, not even the Plan")]},
        {"language": ["x", "y"]},
    )


def test_a_line_points_at_its_utterance(corpus):
    lines = sk.search(corpus, "plan", language="de")
    assert list(lines.columns)[: len(schema.TRANSLATED_LINES.names)] == schema.TRANSLATED_LINES.names
    (line,) = lines.to_dict("records")
    assert (line["left"], line["right"]) == ("Wir trafen ###### auf der Brücke. Schick den", "")
    assert (line["match"], line["speaker"], line["utterance_index"], line["translation_language"]) == ("Plan.", "B", 1, "de")
    assert (line["start_ms"], line["end_ms"]) == (4000, 5100)
    assert line["language"] == "x"


def test_what_was_said_is_searched_unless_a_language_is_named(corpus):
    assert sk.search(corpus, "schick").empty
    assert sk.search(corpus, "plan")["recording_id"].tolist() == ["one", "two"]
    assert "translation_language" not in sk.search(corpus, "plan")


def test_a_line_is_cited_from_the_translation(corpus):
    line = sk.search(corpus, "brucke", language="de").iloc[0]
    assert sk.cite(line, corpus=corpus) == "“Wir trafen ###### auf der Brücke.” (Speaker A, one, 00:00:00)"


def test_a_translation_of_the_whole_text_has_the_times_of_the_recording(corpus):
    line = sk.search(corpus, "pont", language="FR").iloc[0]
    assert (line["start_ms"], line["end_ms"]) == (0, 60_000)
    assert schema.is_missing(line["utterance_index"])


def test_characters_are_found_in_scripts_without_spaces(corpus):
    lines = sk.search(corpus, "計劃", language="zh_hant")
    assert lines["match"].tolist() == ["計劃", "計劃"]
    assert sk.cite(lines.iloc[1], corpus=corpus) == "“送計劃。” (Speaker B, one, 00:00:04)"


def test_an_edit_changes_the_speaker_of_a_translation_and_nothing_else(corpus):
    sk.search(corpus, "plan", language="de")
    sk.review(corpus, "one").rename("B", "Bo").correct("Burn", words=[6])
    lines = sk.search(corpus, "schick", language="de", speaker="Bo")
    assert (lines["match"].tolist(), lines["start_ms"].tolist()) == (["Schick"], [4000])
    assert sk.search(corpus, "schick", language="de", reviewed=False)["speaker"].tolist() == ["B"]
    assert sk.cite(lines.iloc[0], corpus=corpus) == "“Schick den Plan.” (Bo, one, 00:00:04)"


@pytest.mark.parametrize("language", ["es", "../de", "", "d" * 99])
def test_a_language_that_nobody_translated_into_is_refused_and_leaves_no_index(corpus, language):
    with pytest.raises(OptionError, match="language"):
        sk.search(corpus, "plan", language=language)
    assert [path.name for path in corpus.path.glob("search*")] == []


def test_a_language_without_a_match_is_no_error(corpus):
    assert sk.search(corpus, "Bahnhof", language="de").empty
    assert list(sk.search(corpus, "Bahnhof", language="de").columns)[:10] == schema.TRANSLATED_LINES.names


def test_texts_without_masks_are_in_no_index(corpus):
    assert sk.search(corpus, answers.SECRET).empty
    assert sk.search(corpus, answers.SECRET, language="de").empty


def test_words_share_the_times_of_their_turn():
    words = translated_words([("r", answers.body())], "de")
    assert words["word_index"].to_pylist() == list(range(9))
    assert words["start_ms"].to_pylist() == [0] * 6 + [4000] * 3
