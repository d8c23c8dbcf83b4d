"""Word and character errors of a recogniser, counted and summed; alignment is jiwer's (the extra ``metrics``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from scribekit.concordance.terms import is_unspaced
from scribekit.errors import MissingExtraError, OptionError, nearest

_DASHES = frozenset("-‐‑‒–—―/⁄")
_SIGNS = re.compile(r"[^\w\s]|_")
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}(?![\d,])")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_ALIKE = str.maketrans("’ʼ`−", "'''-")

HIT, SUBSTITUTED, DELETED = 0, 1, 2
PASSAGE_WORDS = 25
CONFIDENCE_LEVEL = 0.95
_CELLS_AT_ONCE = 4_000_000  # of the matrix of resampling weights: 32 MB

_Indices = npt.NDArray[np.intp]


def _verbatim(text: str) -> str:
    return " ".join(text.split())


def _basic(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_ALIKE)
    numbers = _DECIMAL_COMMA.sub(".", _GROUPED.sub(lambda number: number[0].replace(",", ""), folded))
    return " ".join(_SIGNS.sub(_kept, numbers).split())


def _kept(match: re.Match[str]) -> str:
    """What is left of a character that is no letter or digit: itself where it is part of a word or number, a space, or nothing."""
    sign, before, after = match[0], _base_before(match.string, match.start()), match.string[match.end() : match.end() + 1]
    if sign in _DASHES:
        is_minus = sign == "-" and after.isdecimal() and not before.isalnum() and before not in _DASHES
        return " -" if is_minus else " "
    if sign in (".", ":"):
        return sign if before.isdecimal() and after.isdecimal() else ""
    if sign == "'":
        return sign if before.isalnum() and after.isalnum() else ""
    return sign if _is_mark(sign) and before.isalpha() else ""


def _base_before(text: str, place: int) -> str:
    """The last character before a place that is no combining mark; an empty text at the start."""
    while place > 0 and _is_mark(text[place - 1]):
        place -= 1
    return text[place - 1 : place] if place > 0 else ""


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


NORMALISERS: dict[str, Callable[[str], str]] = {"basic": _basic, "none": _verbatim}


def normalise(text: str, normaliser: str = "basic") -> str:
    """A text as it is compared.

    ``"basic"`` applies Unicode NFKC and case folding, takes hyphens, dashes and slashes as spaces, and drops all other punctuation but
    apostrophes inside words, points and colons inside numbers and a minus in front of one. A decimal comma is taken as a point, and commas
    before the last three digits of a number, which group its thousands, are dropped. Vowel signs and other combining marks are part of
    their letter. Digits, fillers and spellings stay as they are. ``"none"`` only brings white space to single spaces.

    Raises:
        OptionError: There is no such normaliser.

    Example:
        >>> normalise("“Well-known,” she said – it’s 5 o'clock!")
        "well known she said it's 5 o'clock"
        >>> normalise("-3.5 °C, 1,250 m, की")
        '-3.5 c 1250 m की'
    """
    if normaliser not in NORMALISERS:
        raise OptionError(f"There is no normaliser {normaliser!r}.{nearest(str(normaliser), NORMALISERS)}")
    return NORMALISERS[normaliser](text)


def tokens(text: str, normaliser: str = "basic") -> list[str]:
    """The words of a text as they are compared; of scripts that are written without spaces, each character with its marks is one.

    Raises:
        OptionError: There is no such normaliser.

    Example:
        >>> tokens("Well-known!"), tokens("你好 iPhone吗")
        (['well', 'known'], ['你', '好', 'iphone', '吗'])
    """
    words = normalise(text, normaliser).split()
    return [token for word in words for token in (_characters(word) if is_unspaced(word) else [word])]


def _characters(word: str) -> list[str]:
    found: list[str] = []
    for character in word:
        is_parted = not found or is_unspaced(character) or is_unspaced(found[-1])
        if is_parted and not (found and _is_mark(character)):
            found.append(character)
        else:
            found[-1] += character
    return found


def is_lettered(word: str) -> bool:
    """Whether a word has letters, with their combining marks, and nothing else.

    Example:
        >>> is_lettered("किताब"), is_lettered("3rd"), is_lettered("")
        (True, False, False)
    """
    return word != "" and (word.isalpha() or all(character.isalpha() or _is_mark(character) for character in word))


def running(words: Sequence[str]) -> str:
    """Tokens as running text: with a space between two of them, unless both are of a script that is written without.

    Example:
        >>> running(["你", "好", "iphone", "吗"])
        '你好 iphone 吗'
    """
    glued = [is_unspaced(before) and is_unspaced(word) for before, word in pairwise(words)]
    spaces = ["", *("" if is_glued else " " for is_glued in glued)]
    return "".join(part for pair in zip(spaces, words, strict=False) for part in pair)


@dataclass(frozen=True)
class Counts:
    """How a hypothesis differs from its reference, in words or characters; counts add up over recordings.

    Attributes:
        hits: Reference units that were recognised.
        substitutions: Reference units that were recognised as another.
        deletions: Reference units that were left out.
        insertions: Recognised units that were not said.
    """

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def reference(self) -> int:
        """Units in the reference."""
        return self.hits + self.substitutions + self.deletions

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Errors per reference unit; with an empty reference the number of insertions, so 0 when nothing was said or heard.

        Example:
            >>> Counts(hits=8, substitutions=1, deletions=1, insertions=2).rate
            0.4
            >>> Counts().rate
            0.0
        """
        return self.errors / max(self.reference, 1)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.hits + other.hits,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


@dataclass(frozen=True)
class Alignment:
    """Which word of the hypothesis stands for which of the reference.

    Attributes:
        outcome: One of ``HIT``, ``SUBSTITUTED``, ``DELETED`` for each reference word.
        owner: For each word of the hypothesis the index of the reference word it belongs to: the one it stands for, or for an
            insertion the one before it. 0 throughout when the reference is empty.
        correct: Whether each word of the hypothesis is a hit.
        inserted: Whether each word of the hypothesis is an insertion.
    """

    outcome: npt.NDArray[np.int8]
    owner: _Indices
    correct: npt.NDArray[np.bool_]
    inserted: npt.NDArray[np.bool_]

    def by_group(self, group: _Indices, groups: int) -> list[Counts]:
        """The counts of each group of reference words; insertions count where their owner does.

        Args:
            group: The number of its group for each reference word.
            groups: How many groups there are, at least 1; insertions into an empty reference go to the first.
        """
        tally = [np.bincount(group[self.outcome == kind], minlength=groups) for kind in (HIT, SUBSTITUTED, DELETED)]
        owners = self.owner[self.inserted]
        tally.append(np.bincount(group[owners] if len(group) else owners, minlength=groups))
        return [Counts(*(int(count) for count in counts)) for counts in zip(*tally, strict=True)]

    def counts(self) -> Counts:
        """The counts of the whole recording."""
        return self.by_group(np.zeros(len(self.outcome), dtype=np.intp), 1)[0]

    def passages(self) -> list[Counts]:
        """The counts of every run of 25 reference words, for resampling within one recording."""
        group = np.arange(len(self.outcome)) // PASSAGE_WORDS
        return self.by_group(group, max(1, -(-len(self.outcome) // PASSAGE_WORDS)))


def align(references: Sequence[Sequence[str]], hypotheses: Sequence[Sequence[str]]) -> list[Alignment]:
    """Align the words of each hypothesis with those of its reference, with the fewest edits (Levenshtein, as jiwer finds them).

    Args:
        references: For each recording its normalised words, without white space in them.
        hypotheses: The same of what was recognised.

    Raises:
        MissingExtraError: jiwer is not installed.
    """
    if not references:
        return []
    output = jiwer().process_words([" ".join(words) for words in references], [" ".join(words) for words in hypotheses])
    shapes = zip(references, hypotheses, output.alignments, strict=True)
    return [_alignment(len(reference), len(hypothesis), chunks) for reference, hypothesis, chunks in shapes]


def _alignment(n_reference: int, n_hypothesis: int, chunks: Sequence[Any]) -> Alignment:
    outcome = np.full(n_reference, DELETED, dtype=np.int8)
    owner = np.zeros(n_hypothesis, dtype=np.intp)
    correct = np.zeros(n_hypothesis, dtype=bool)
    inserted = np.zeros(n_hypothesis, dtype=bool)
    for chunk in chunks:
        said = slice(chunk.ref_start_idx, chunk.ref_end_idx)
        heard = slice(chunk.hyp_start_idx, chunk.hyp_end_idx)
        if chunk.type == "insert":
            inserted[heard] = True
            owner[heard] = max(0, chunk.ref_start_idx - 1)
        elif chunk.type != "delete":
            is_hit = chunk.type == "equal"
            outcome[said] = HIT if is_hit else SUBSTITUTED
            correct[heard] = is_hit
            owner[heard] = np.arange(said.start, said.stop)
    return Alignment(outcome, owner, correct, inserted)


def character_counts(references: Sequence[str], hypotheses: Sequence[str]) -> list[Counts]:
    """The character errors (spaces count) of each normalised text.

    Raises:
        MissingExtraError: jiwer is not installed.

    Example:
        >>> character_counts(["abc"], ["abd e"])
        [Counts(hits=2, substitutions=1, deletions=0, insertions=2)]
    """
    measure = jiwer().process_characters
    return [_character_counts(measure, reference, hypothesis) for reference, hypothesis in zip(references, hypotheses, strict=True)]


def _character_counts(measure: Callable[[str, str], Any], reference: str, hypothesis: str) -> Counts:
    found = measure(reference, hypothesis)
    return Counts(found.hits, found.substitutions, found.deletions, found.insertions)


def interval(units: Sequence[tuple[float, float]], *, seed: int = 0, resamples: int = 1000) -> tuple[float, float]:
    """The 95 % bootstrap interval of a summed error rate, resampling whole units with replacement.

    Percentile bootstrap of a ratio of sums: M. Bisani, H. Ney, "Bootstrap estimates for confidence intervals in ASR performance
    evaluation", ICASSP 2004.

    Args:
        units: Errors, and what could have been wrong, of what may vary independently: recordings, or passages of one. A resample in
            which nothing could have been wrong has no rate and is left out.
        seed: Seed of the random numbers; the same seed gives the same interval.
        resamples: How many times to resample.

    Returns:
        Lower and upper end; NaN for fewer than two units, which tell nothing about how much they vary, and where nothing could have
        been wrong in any.

    Example:
        >>> low, high = interval([(10, 100), (20, 100)] * 20)
        >>> low < 0.15 < high
        True
    """
    if len(units) < 2 or not any(length for _, length in units):
        return (np.nan, np.nan)
    errors, lengths = np.array(units, dtype=np.float64).T
    random = np.random.default_rng(seed)
    at_once = max(1, _CELLS_AT_ONCE // len(units))
    rates: list[npt.NDArray[np.float64]] = []
    for first in range(0, resamples, at_once):
        weights = random.multinomial(len(units), np.full(len(units), 1 / len(units)), size=min(at_once, resamples - first))
        sums = weights @ lengths
        rates.append((weights @ errors)[sums > 0] / sums[sums > 0])
    tail = (1 - CONFIDENCE_LEVEL) / 2
    low, high = np.quantile(np.concatenate(rates), [tail, 1 - tail])
    return float(low), float(high)


def total(counts: Sequence[Counts]) -> Counts:
    """The sum of counts."""
    return sum(counts, Counts())


def joined(words: Sequence[str], group: _Indices, names: Mapping[int, Any]) -> list[str]:
    """The tokens of each group as one text, in the order of ``names``."""
    lines: dict[int, list[str]] = {number: [] for number in names}
    for word, number in zip(words, group.tolist(), strict=True):
        lines[number].append(word)
    return [running(line) for line in lines.values()]


def jiwer() -> Any:
    """The library that aligns.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import jiwer as library
    except ImportError as error:
        raise MissingExtraError("metrics", "Comparing transcripts with references") from error
    return library
