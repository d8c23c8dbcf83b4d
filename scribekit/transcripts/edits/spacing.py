"""What is written between the words of a transcript under review: as in the service's own text, where both words are there. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

from scribekit.base.text import edge_kinds, separators
from scribekit.transcripts.edits.turns import EditedWord

_Kinds = tuple[int, int]
_NEAR_CHARACTERS = 200  # a word that is further on in the text is another one


class Spacing:
    """The white space between the words of one transcript.

    Two words that followed each other keep what the service wrote between them. Beside typed words it is what the service usually writes
    between such characters, for example between Latin and Japanese letters. Within typed text, and where the service's text does not
    show it, the rule of :func:`join_words` decides.

    Args:
        text: The service's own text.
        words: Its words.

    Example:
        >>> spacing = Spacing("私はiPoneを", ["私", "は", "iPone", "を"])
        >>> spacing.joined([EditedWord("は", 0, 1, origin=1), EditedWord("iPhone", 1, 2), EditedWord("を", 2, 3, origin=3)])
        'はiPhoneを'
    """

    def __init__(self, text: str, words: Sequence[str]) -> None:
        self._gaps = _gaps(text, words)
        seen: dict[_Kinds, Counter[str]] = {}
        for (left, right), gap, rule in zip(pairwise(words), self._gaps, separators(words)[1:], strict=True):
            kinds = edge_kinds(left, right)
            if gap is not None and (rule == "" or kinds[0] != kinds[1]):
                seen.setdefault(kinds, Counter())[gap] += 1
        self._usual = {kinds: found.most_common(1)[0][0] for kinds, found in seen.items()}

    def joined(self, words: Sequence[EditedWord]) -> str:
        """Return words as running text."""
        texts = [word.text for word in words]
        between = [self._between(left, right, rule) for (left, right), rule in zip(pairwise(words), separators(texts)[1:], strict=True)]
        return "".join(chain.from_iterable(zip(["", *between], texts, strict=False)))

    def _between(self, left: EditedWord, right: EditedWord, rule: str) -> str:
        kinds = edge_kinds(left.text, right.text)
        if left.origin is None and right.origin is None and kinds[0] == kinds[1]:
            return rule
        if left.origin is not None and right.origin == left.origin + 1 and (gap := self._gaps[left.origin]) is not None:
            return gap
        return self._usual.get(kinds, rule)


def _gaps(text: str, words: Sequence[str]) -> list[str | None]:
    """Return the white space after each word but the last in a text; None where there is other text, or a word is not found near by."""
    if text == " ".join(words):
        return [" "] * (len(words) - 1)
    gaps: list[str | None] = []
    end, is_known = 0, False
    for word in words:
        start = text.find(word, end, end + len(word) + _NEAR_CHARACTERS)
        gap = text[end:start]
        gaps.append(gap if is_known and start >= 0 and not gap.strip() else None)
        is_known = start >= 0
        end = start + len(word) if is_known else end
    return gaps[1:]
