from scribekit.widgets.confidence import static
from scribekit.widgets.confidence.data import read_words


def test_the_static_picture_is_escaped_and_has_the_figures(corpus):
    found = read_words(corpus).distributions
    page = static.page("corpus", found, "kind", 0.9)
    assert "&lt;i&gt;call&lt;/i&gt;" in page
    assert "<i>" not in page
    assert static.text("corpus", found, 0.9) == "Confidence of corpus: 24 words, mean 0.85; 4 (16.7%) below 0.90"


def test_before_the_words_are_read_it_says_so():
    assert "being read" in static.page("corpus", None, "kind", 0.9)
