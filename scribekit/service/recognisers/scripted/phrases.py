"""The stock sentences of the scripted recogniser, timed once so that an hour of speech is cheap to make."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

SENTENCES = (
    "Good morning, everyone, and thanks for joining so early.",
    "Let us start with the numbers from last week.",
    "We had 214 orders in the first three days, which is more than I expected.",
    "The delivery to the northern warehouse is still late.",
    "Could you say a little more about that?",
    "I spoke to the supplier on Thursday, and they promised an answer by noon.",
    "That would be a great help.",
    "Honestly, I think we should wait for the second test before we decide anything.",
    "What did the customers say about the new form?",
    "Most of them found it easier, but two people asked for a larger print.",
    "Right.",
    "Yes, I agree with that.",
    "My only worry is the budget, because the travel costs have doubled since March.",
    "If we move the training to May, we can use the big room.",
    "I will write it down and send it around this afternoon.",
    "How long did the old process take?",
    "About forty minutes, if nobody was on holiday.",
    "The team in Lisbon has done something very similar, and it worked.",
    "We should ask Maria whether she can share her notes.",
    "She is away until Monday, but I can call her then.",
    "That is the part I do not understand yet.",
    "Let me try to explain it another way.",
    "Every recording gets a number, and the number never changes.",
    "So when somebody asks for it a year later, we can still find it.",
    "I like that idea a lot.",
    "There was one complaint about the noise in the hall.",
    "The builders said they would be finished by the end of the month.",
    "Can we come back to the question of the contract?",
    "Of course, it is the next point on my list.",
    "The lawyer has seen the draft and wants to change the second page.",
    "Nothing serious, only the dates.",
    "Then I would say we sign it as soon as the new version is here.",
    "Is there anything else for today?",
    "Only that the coffee machine is broken again.",
    "Thank you all, that was very helpful.",
)

_CONFIDENCES = (0.99, 0.97, 0.94, 0.98, 0.88, 0.96, 0.91, 0.995, 0.79, 0.93)
_MS_PER_CHARACTER = 72
_SHORTEST_WORD_MS = 140
_GAP_MS = 45


class TimedWord(NamedTuple):
    """A word and its times in milliseconds from the start of its sentence."""

    text: str
    start: int
    end: int
    confidence: float


class TimedSentence(NamedTuple):
    """The words of a sentence, and its length in milliseconds."""

    words: tuple[TimedWord, ...]
    length_ms: int


@lru_cache
def timed_sentences(*, punctuate: bool = True, format_text: bool = True) -> tuple[TimedSentence, ...]:
    """Return all sentences, written as the two options of the contract demand.

    Example:
        >>> [word.text for word in timed_sentences(punctuate=False, format_text=False)[10].words]
        ['right']
    """
    return tuple(
        timed_sentence(sentence, punctuate=punctuate, format_text=format_text, confidence_shift=number * 3)
        for number, sentence in enumerate(SENTENCES)
    )


def timed_sentence(text: str, *, punctuate: bool, format_text: bool, confidence_shift: int = 0) -> TimedSentence:
    """Time the words of a text one after another by their letters; ``confidence_shift`` moves the sequence of confidences."""
    words: list[TimedWord] = []
    position = 0
    for index, token in enumerate(text.split()):
        end = position + max(_SHORTEST_WORD_MS, _MS_PER_CHARACTER * len(token))
        word = token if punctuate else token.strip(".,;:!?")
        confidence = _CONFIDENCES[(index + confidence_shift) % len(_CONFIDENCES)]
        words.append(TimedWord(word if format_text else word.lower(), position, end, confidence))
        position = end + _GAP_MS
    return TimedSentence(tuple(words), max(0, position - _GAP_MS))
