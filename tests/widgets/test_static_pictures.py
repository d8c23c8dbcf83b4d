from html.parser import HTMLParser

import pytest
from corpora import store

import scribekit as sk

TALK = {"one": [("A", "Good morning how are you"), ("B", "Fine"), ("A", "and the house on the hill")], "two": [("A", "Good bye")]}


class Pictures(HTMLParser):
    """The pictures of a page that say nothing to those who do not see them."""

    def __init__(self, page):
        super().__init__()
        self.count, self.silent = 0, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag in ("svg", "img"):
            self.count += 1
            name = said.get("alt") if tag == "img" else said.get("role") == "img" and said.get("aria-label")
            if not name:
                self.silent.append(tag)


@pytest.mark.parametrize(
    ("make", "at_least"),
    [
        (sk.widgets.ConfidenceExplorer, 1),
        (lambda corpus: sk.widgets.DiarizationReview(corpus, "one"), 1),
        (lambda corpus: sk.widgets.CostPlanner([{"duration": 3600.0}] * 20), 1),
        (lambda corpus: sk.widgets.TranscriptSearch(corpus, "good"), 0),
        (sk.widgets.BatchMonitor, 0),
    ],
    ids=["confidence", "diarization", "planner", "search", "monitor"],
)
def test_every_picture_of_a_saved_notebook_has_a_text(tmp_path, make, at_least):
    pictures = Pictures(make(store(tmp_path / "corpus", TALK)).static_html())
    assert pictures.count >= at_least
    assert pictures.silent == []
