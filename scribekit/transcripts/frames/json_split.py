"""A payload parted from its words, which are most of it: the decoder then passes over the little that is left. Pure.

The words are cut out when they are written alike. What each utterance lists is cut out too, when these lists are the transcript's own
words, byte for byte and one after the other. A number is put in the stead of each: a reader that finds it wherever it should be, and as
often, knows that the transcript's words and those of its utterances were cut out, and not the like of them elsewhere.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from scribekit.transcripts.frames.json_words import Positions, WordColumns, read_columns

IN_THEIR_STEAD = int.from_bytes(b"words", "big")

_STAND_IN = b"%d" % IN_THEIR_STEAD
_WORDS = re.compile(rb'"words": ?(?=\[\{)')
_BRACE = ord("}")


class Parted(NamedTuple):
    """A payload in two.

    Attributes:
        columns: The words.
        rest: The payload with a number in the stead of the words.
        listed: How many words each list had that was cut out of an utterance, together all; None when the lists are where they were.
    """

    columns: WordColumns
    rest: bytes
    listed: Positions | None


def part(body: bytes) -> Parted | None:
    """The payload in two; None when its words are not written alike, or are not the first thing that is called so.

    Example:
        >>> parted = part(b'{"id":"t","words":[{"text":"Hi","start":10,"end":90}],"utterances":null}')
        >>> parted.columns.text.to_pylist(), parted.rest == b'{"id":"t","words":%d,"utterances":null}' % IN_THEIR_STEAD
        (['Hi'], True)
    """
    found = _WORDS.search(body)
    if found is None:
        return None
    begin = found.end()
    end = _end_of_list(body, begin)
    columns = read_columns(body[begin:end])
    if columns is None:
        return None
    listed, left = _without_lists(body, end, found[0] + b"[{", columns.begins + begin) or (None, [body[end:]])
    return Parted(columns, _STAND_IN.join([body[:begin], *left]), listed)


def _end_of_list(text: bytes, begin: int) -> int:
    """Where a list of objects ends, unless a text within has what looks like its end; 0 when it does not."""
    end = text.find(b"]", begin) + 1
    while end and text[end - 2] != _BRACE:
        end = text.find(b"]", end) + 1
    return end


def _without_lists(body: bytes, end: int, opening: bytes, keys: Positions) -> tuple[Positions, list[bytes]] | None:
    """How many words each list has, and what stands between the lists; None when they are not the words one after the other.

    Args:
        body: The payload.
        end: Where in it the words end.
        opening: How a list of words begins.
        keys: Where the first key of each word is.
    """
    between = int(keys[1]) - body.rfind(b"}", 0, int(keys[1])) if len(keys) > 1 else 0  # from a word's brace to the next one's key
    place, last = int(keys[0]), end - len(b"}]") + between
    left, places = [], []
    width = len(opening) - len(b"[{")
    at = body.find(b"[", end)  # looking for one byte is ten times as quick as looking for the whole opening
    while at >= 0:
        close = at + 1
        if body.startswith(opening, at - width):
            close = _end_of_list(body, at)
            listed = body[at + 2 : close - 2]
            if not close or not body.startswith(listed, place):
                return None
            left.append(body[end:at])
            places.append(place)
            place += len(listed) + between
            end = close
        at = body.find(b"[", close)
    firsts = np.searchsorted(keys, places)
    is_whole = bool(places) and place == last and bool((keys.take(firsts, mode="clip") == places).all())
    return (np.diff(firsts, append=len(keys)), [*left, body[end:]]) if is_whole else None
