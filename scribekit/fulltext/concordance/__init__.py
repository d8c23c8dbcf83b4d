"""Key words in context and corpus statistics, pure: queries, terms, lines, n-grams and measures on texts and arrays.

``documents`` packs the words of a recording for the search index; no module here opens a file or a database.
"""

from scribekit.base.text import join_words
from scribekit.fulltext.concordance.counted import CountedWords, counted_words
from scribekit.fulltext.concordance.documents import WORD_COLUMNS, Packed, pack, unpack
from scribekit.fulltext.concordance.lines import SORTS, Document, Line, lines_at, reading_order, sort_key
from scribekit.fulltext.concordance.ngrams import NgramCounts, count_ngrams
from scribekit.fulltext.concordance.query import Query, Span, fts_expression, parse, spans, taken_as_words
from scribekit.fulltext.concordance.terms import searchable_text, terms

__all__ = [
    "SORTS",
    "WORD_COLUMNS",
    "CountedWords",
    "Document",
    "Line",
    "NgramCounts",
    "Packed",
    "Query",
    "Span",
    "count_ngrams",
    "counted_words",
    "fts_expression",
    "join_words",
    "lines_at",
    "pack",
    "parse",
    "reading_order",
    "searchable_text",
    "sort_key",
    "spans",
    "taken_as_words",
    "terms",
    "unpack",
]
