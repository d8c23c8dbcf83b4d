"""Key words in context and the measures of corpus linguistics, without a file or a database: queries, lines and figures."""

from scribekit.base.text import join_words
from scribekit.fulltext.concordance.documents import COLUMNS, Packed, pack, unpack
from scribekit.fulltext.concordance.lines import SORTS, Document, Line, cut, reading_order, sort_key
from scribekit.fulltext.concordance.ngrams import Runs, count_runs
from scribekit.fulltext.concordance.query import Query, Span, fts_expression, parse, spans
from scribekit.fulltext.concordance.terms import terms, text_of

__all__ = [
    "COLUMNS",
    "SORTS",
    "Document",
    "Line",
    "Packed",
    "Query",
    "Runs",
    "Span",
    "count_runs",
    "cut",
    "fts_expression",
    "join_words",
    "pack",
    "parse",
    "reading_order",
    "sort_key",
    "spans",
    "terms",
    "text_of",
    "unpack",
]
