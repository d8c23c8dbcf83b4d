import json

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from scribekit.fulltext.concordance import pack, searchable_text, terms, unpack
from scribekit.transcripts.frames import project

WORD = st.tuples(
    st.one_of(st.sampled_from(["so", "Café-Besuch,", "—", "", "東京", "l’homme", "don't"]), st.text(max_size=5)),
    st.integers(0, 10**10),
    st.integers(0, 10**10),
    st.sampled_from([None, "A", "B", "Bea"]),
)
TALKS = st.lists(st.lists(WORD, max_size=12), max_size=5)


def payload(said):
    words = [{"text": text, "start": start, "end": end, "speaker": speaker} for text, start, end, speaker in said]
    turns = [{"text": "", "start": word["start"], "end": word["end"], "speaker": word["speaker"], "words": [word]} for word in words[::2]]
    return json.dumps({"id": "t", "status": "completed", "words": words, "utterances": turns}).encode()


def as_read(words):
    """The words turn by turn; one that is in no turn stays behind the one before it."""
    turn, keyed = -1, []
    for number, index in enumerate(words["utterance_index"].astype(float)):
        turn = turn if index != index else int(index)
        keyed.append((turn, number))
    return words.iloc[[number for _, number in sorted(keyed)]]


@given(talks=TALKS, asked=st.permutations(range(5)))
def test_every_recording_comes_back_word_by_word(talks, asked):
    bodies = [(f"r{number}", payload(said)) for number, said in enumerate(talks)]
    rows = project(["words"], bodies)["words"]
    for number, (text, body) in zip(asked, pack(rows, [f"r{number}" for number in asked]), strict=True):
        own = as_read(rows.to_pandas().query(f"recording_id == 'r{number}'"))
        document = unpack(body)
        terms_of_word = [terms(word) for word in own["text"]]
        assert text == searchable_text([term for word in terms_of_word for term in word])
        assert list(document.words) == own["text"].tolist()
        assert document.word_indexes.tolist() == own["word_index"].tolist()
        assert document.start_ms.tolist() == own["start_ms"].tolist()
        assert document.end_ms.tolist() == own["end_ms"].tolist()
        assert document.utterances.tolist() == [-1 if index != index else index for index in own["utterance_index"].astype(float)]
        spoken_by = own["speaker"].astype("object").where(own["speaker"].notna(), None).tolist()
        assert [document.speaker(word) for word in range(len(own))] == spoken_by
        assert document.word_of_term.tolist() == [word for word, found in enumerate(terms_of_word) for _ in found]


def test_words_of_two_channels_are_read_turn_by_turn_also_from_tables_in_pieces():
    said = [("climate", 0, 400, "1"), ("mhm", 300, 350, "2"), ("change", 450, 900, "1"), ("yes", 950, 990, "2")]
    words = [{"text": text, "start": start, "end": end, "speaker": who, "channel": who} for text, start, end, who in said]
    turns = [words[0:3:2], words[1:2], words[3:]]
    utterances = [{"start": own[0]["start"], "end": own[-1]["end"], "speaker": own[0]["speaker"], "words": own} for own in turns]
    body = json.dumps(
        {"id": "t", "status": "completed", "words": words, "utterances": [turn | {"text": ""} for turn in utterances]}
    ).encode()
    alone = project(["words"], [("a", body)])["words"]
    coded = alone.set_column(alone.column_names.index("speaker"), "speaker", alone["speaker"].dictionary_encode())
    pieces = pa.concat_tables([coded.slice(0, 2), coded.slice(2), project(["words"], [("b", body)])["words"].cast(coded.schema)])
    for text, packed in pack(pieces, ["a", "b"]):
        assert text == " climate change mhm yes "
        assert unpack(packed).word_indexes.tolist() == [0, 2, 1, 3]


def test_packing_takes_rows_as_the_tables_give_them():
    bodies = [("a", payload([("so", 1, 2, "A"), ("on", 3, 4, None)])), ("b", payload([("we", 1, 2, "B")]))]
    rows = project(["words"], bodies)["words"]
    coded = rows.set_column(rows.column_names.index("speaker"), "speaker", rows["speaker"].dictionary_encode())
    coded = coded.set_column(0, "recording_id", rows["recording_id"].dictionary_encode())
    assert list(pack(coded, ["b", "a"])) == list(pack(rows, ["b", "a"]))
    assert list(pack(rows.slice(2), ["b"])) == list(pack(rows, ["b"]))
