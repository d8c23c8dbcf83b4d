from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import schema
from scribekit.base.text import normalise
from scribekit.quality.comparison import Recording, compare
from scribekit.quality.references import as_reference

SIDE = st.lists(st.sampled_from(["a", "b", "c", "a-b", "–"]), max_size=8)


@given(SIDE, SIDE)
def test_the_alignment_gives_both_sides_back(said, heard):
    count = range(len(heard))
    columns = {"text": heard, "word_index": count, "start_ms": count, "end_ms": count, "edited": [False] * len(heard)}
    words = schema.WORDS.frame({"recording_id": ["r"] * len(heard), **columns})
    compared = compare([Recording("r", as_reference(" ".join(said)), words)], "basic")[0]
    rows = compared.errors()
    given_back, given = " ".join(rows["said"].dropna()).split(), normalise(" ".join(said)).split()
    assert sorted(given_back) == sorted(given)
    assert rows["text"].dropna().tolist() == heard
    assert rows["left_out"].sum() == (rows["outcome"] == "deletion").sum() * bool(heard)
    counts = compared.alignment.counts()
    assert (rows["outcome"] == "deletion").sum() == counts.deletions
    if "a-b" not in heard:  # a deleted word may be inside a word that is compared as two
        assert given_back == given
        outcomes = [(rows["outcome"] == outcome).sum() for outcome in ("hit", "substitution", "insertion")]
        assert outcomes == [counts.hits, counts.substitutions, counts.insertions]
