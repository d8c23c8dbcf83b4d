import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scribekit.fulltext.concordance import counted_words, searchable_text, terms

WORDS = st.lists(st.sampled_from(["so", "well-known", "今天", "天", "iPhoneを", "เมือง", "—", "東京。"]), max_size=12)


@given(WORDS)
def test_counted_words_are_the_words_of_the_service_where_there_are_no_spaces(spoken):
    pairs = [(number, term) for number, word in enumerate(spoken) for term in terms(word)]
    counted = counted_words(searchable_text([term for _, term in pairs]), lambda: np.array([number for number, _ in pairs], dtype=np.int64))
    wholes = {"well-known": ["well", "known"], "iPhoneを": ["iphone", "を"], "—": [], "東京。": ["東京"]}
    assert counted.words == [part for word in spoken for part in wholes.get(word, [word])]
    assert counted.word_of_term[counted.first_terms].tolist() == list(range(len(counted.words)))
    for position, (_, term) in enumerate(pairs):
        assert term in counted.words[counted.word_of_term[position]]
