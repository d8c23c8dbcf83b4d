from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from scribekit.fulltext.concordance import count_ngrams, searchable_text

TEXTS = st.lists(st.lists(st.sampled_from(["a", "b", "ab", "東", "😀"]), max_size=12), max_size=6)


@given(TEXTS, st.integers(1, 5), st.integers(1, 3))
def test_ngrams_are_those_of_a_scan(texts, n, at_least):
    runs = [[" ".join(words[at : at + n]) for at in range(len(words) - n + 1)] for words in texts]
    frequency = Counter(run for own in runs for run in own)
    spread = Counter(run for own in runs for run in set(own))
    found = count_ngrams([searchable_text(words) for words in texts], n, at_least)
    expected = {run: (count, spread[run]) for run, count in frequency.items() if count >= at_least}
    assert dict(zip(found.ngrams, zip(found.frequency, found.recordings, strict=True), strict=True)) == expected
    assert found.total == sum(map(len, texts))
