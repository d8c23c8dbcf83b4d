"""The cost of ending a line or a cue after each word. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scribekit.base.sentences import CLOSING
from scribekit.transcripts.captions.tokens import Token

SENTENCE_END, CLAUSE_END, BEFORE_OPENER, ANYWHERE, AFTER_CLINGING = 0.0, 2.0, 4.0, 8.0, 14.0

_BREATH_MS = 350
_CLAUSE_MARKS = ",;:—–、，；：،؛၊፣፤፥፦៖՝"


@dataclass(frozen=True)
class Grammar:
    """The small words of a language that line breaks respect.

    Attributes:
        openers: Conjunctions and prepositions: break before them, not after.
        clinging: Articles and possessives: never break after them.
    """

    openers: frozenset[str] = frozenset()
    clinging: frozenset[str] = frozenset()

    @classmethod
    def of(cls, language: str | None) -> Grammar:
        """Return the grammar of a language code such as ``en_us``; an empty one for unknown languages."""
        return _GRAMMARS.get((language or "").replace("-", "_").lower().split("_")[0], cls())


def break_costs(tokens: Sequence[Token], grammar: Grammar) -> list[float]:
    """Return the cost of a break after each token; the lower, the more natural (0: the end of a sentence).

    The order is that of the Netflix and TED guides: after punctuation, then before conjunctions and prepositions, and not between an
    article and its noun, nor between a title, initial or ordinal and the name after it. A breath counts like a comma.
    """
    if not tokens:
        return []
    return [_cost(token, following, grammar) for token, following in pairwise(tokens)] + [SENTENCE_END]


def _cost(token: Token, following: Token, grammar: Grammar) -> float:
    word = token.text.lower()
    if word in grammar.clinging:
        return AFTER_CLINGING
    if token.ends_sentence:
        return SENTENCE_END
    if word.endswith("."):
        return BEFORE_OPENER if following.text.lower() in grammar.openers else AFTER_CLINGING
    if word.rstrip(CLOSING).endswith(tuple(_CLAUSE_MARKS)) or following.start_ms - token.end_ms >= _BREATH_MS:
        return CLAUSE_END
    if word in grammar.openers:
        return AFTER_CLINGING
    return BEFORE_OPENER if following.text.lower() in grammar.openers else ANYWHERE


def _grammar(openers: str, clinging: str) -> Grammar:
    return Grammar(frozenset(openers.split()), frozenset(clinging.split()))


_GRAMMARS = {
    "en": _grammar(
        "and or but so because that which who when where while if than as of to in on at for from with by about into through "
        "after before until since without between although unless whether "
        "across over under around behind near toward towards during against",
        "a an the my your his her its our their this these those no not very",
    ),
    "de": _grammar(
        "und oder aber denn weil dass wenn als ob während obwohl damit bis in auf an mit von zu für bei nach aus über um durch ohne "
        "gegen seit zwischen sowie sondern",
        "der die das den dem des ein eine einen einem einer eines mein meine sein seine ihr ihre unser unsere kein keine nicht zum "
        "zur im am sehr",
    ),
    "fr": _grammar(
        "et ou mais donc car que qui quand si comme parce dans sur à de avec pour par chez sans entre vers depuis pendant lorsque "
        "puisque où dont",
        "le la les un une des du au aux mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet cette ces ne",
    ),
    "es": _grammar(
        "y e o u pero porque que cuando si como donde aunque en a de con para por sin sobre entre hasta desde mientras sino",
        "el la los las un una unos unas mi mis tu tus su sus nuestro nuestra este esta estos estas no del al muy",
    ),
    "it": _grammar(
        "e ed o ma perché che quando se come dove mentre anche in a di da con per su tra fra senza fino dopo prima quindi",
        "il lo la i gli le un uno una mio mia suo sua nostro nostra questo questa non del della al alla nel nella dal dalla",
    ),
    "pt": _grammar(
        "e ou mas porque que quando se como onde embora em a de com para por sem sobre entre até desde enquanto pois",
        "o os as um uma uns umas meu minha seu sua nosso nossa este esta esse essa não do da dos das no na ao à muito",
    ),
    "nl": _grammar(
        "en of maar want omdat dat die als toen terwijl hoewel in op aan met van voor bij naar uit over door zonder tegen tussen sinds",
        "de het een mijn jouw zijn haar ons onze hun deze dit geen niet heel",
    ),
}
