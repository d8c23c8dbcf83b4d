"""Key words in context and the measures of corpus linguistics, without a file or a database: queries, lines and figures."""

from scribekit.concordance.lines import SORTS, Document, Line, cut, reading_order, sort_key
from scribekit.concordance.packing import COLUMNS, Packed, pack, unpack
from scribekit.concordance.query import Query, expression, parse, spans
from scribekit.concordance.runs import Runs, count_runs
from scribekit.concordance.terms import join_words, terms, text_of

__all__ = [
    "COLUMNS",
    "SORTS",
    "Document",
    "Line",
    "Packed",
    "Query",
    "Runs",
    "count_runs",
    "cut",
    "expression",
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
