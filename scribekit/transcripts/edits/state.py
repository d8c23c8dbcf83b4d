"""A transcript under review: its words with who said them, read from a payload and written back into the shape of one. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from statistics import fmean
from typing import Any

import msgspec

from scribekit.base import contract
from scribekit.base.text import join_words
from scribekit.transcripts.edits import turns as grouping
from scribekit.transcripts.edits.word import EditedWord, Turn
from scribekit.transcripts.frames.utterances import by_listed_words


@dataclass
class State:
    """A transcript under review.

    Attributes:
        words: In the payload's order.
        verdicts: Position in the payload → whether a person found the word right.
        renamed: Label of the service → what stands for it now, where a whole speaker was renamed or merged.
        given_turns: The utterance that held each word of the payload.
        given_starts: The start of each utterance of the payload, in ms.
        has_turns: Whether there are utterances.
        separator: What stands between two words in running text.
        end_ms: When the recording, or its last word, is over; None where nobody says how long it is.
    """

    words: list[EditedWord]
    given_turns: Sequence[Turn] = ()
    given_starts: Sequence[int] = ()
    has_turns: bool = False
    separator: str = " "
    end_ms: int | None = None
    judgements: dict[int, bool] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_payload(cls, body: bytes) -> State:
        """The state before any edit.

        Raises:
            msgspec.MsgspecError: The body is not a JSON transcript.
        """
        return cls.of_transcript(contract.read_transcript(body))

    @classmethod
    def of_transcript(cls, transcript: contract.Transcript) -> State:
        """The state before any edit, of a payload that was read."""
        words, utterances = transcript.words or [], transcript.utterances or []
        turns: Sequence[Turn] = by_listed_words(words, utterances) if utterances else [0] * len(words)
        spoken = [
            EditedWord(word.text, word.start, word.end, word.speaker, word.channel, turn, word.confidence, origin, word.speaker)
            for origin, (word, turn) in enumerate(zip(words, turns, strict=True))
        ]
        starts = [utterance.start for utterance in utterances]
        return cls(spoken, turns if utterances else (), starts, bool(utterances), _separator(transcript), _end_ms(transcript))

    def copy(self) -> State:
        """A state that can be changed without this one; the two share their words."""
        return State(
            list(self.words), self.given_turns, self.given_starts, self.has_turns, self.separator, self.end_ms,
            dict(self.judgements), dict(self.renamed),
        )  # fmt: skip

    def speakers(self) -> list[str]:
        """Everyone who says something, in order of appearance."""
        return [name for name in dict.fromkeys(map(attrgetter("speaker"), self.words)) if name is not None]

    def has_speaker(self, name: str | None) -> bool:
        """Whether somebody of that name says something."""
        return name is not None and name in map(attrgetter("speaker"), self.words)

    def turns(self) -> list[list[int]]:
        """The positions of the words of each turn, in order of appearance; words without a turn are in none."""
        return grouping.by_turn(self.words)

    def settled(self) -> list[int]:
        """The positions of the words whose text a person typed or judged, whoever says them."""
        return [position for position, word in enumerate(self.words) if word.origin is None or word.origin in self.judgements]

    def new_turn(self) -> int:
        """A number that no turn has."""
        return 1 + max((turn for turn in set(map(attrgetter("turn"), self.words)) if turn is not None), default=-1)


def _separator(transcript: contract.Transcript) -> str:
    """Some languages are written without blanks, and then the service's own text has none between the words."""
    words, text = transcript.words or [], transcript.text or ""
    is_unspaced = len(words) > 1 and text != "" and text == "".join(word.text for word in words)
    return "" if is_unspaced else " "


def _end_ms(transcript: contract.Transcript) -> int | None:
    """The duration leaves out the rest of a second, and of a part of a file it may say nothing: then the last word says more."""
    if transcript.audio_duration is None:
        return None
    return max([round(1000 * transcript.audio_duration), *(word.end for word in transcript.words or ())])


def to_payload(body: bytes, state: State) -> bytes:
    """The transcript as it stands, in the shape of a payload: whatever no edit has touched is as it was received.

    Args:
        body: The payload as received.
        state: What became of :meth:`State.of_payload` of the same body.

    Returns:
        JSON bytes with the further key ``scribekit`` (:class:`scribekit.base.contract.Review`).
    """
    raw = contract.read_json(body)
    given = [item for item in raw.get("words") or () if isinstance(item, dict)]
    words = [_word(word, given) for word in state.words]
    is_reworded = [word.origin for word in state.words] != list(range(len(given))) or any(
        word.get("text") != item.get("text") for word, item in zip(words, given, strict=False)
    )
    turns, edited_turns = _utterances(raw, state, words)
    review = contract.Review(
        edited_words=[position for position, word in enumerate(state.words) if word.is_edited],
        retimed_words=[position for position, word in enumerate(state.words) if word.is_retimed],
        edited_utterances=edited_turns,
    )
    changed: dict[str, Any] = {"words": words, contract.REVIEW_KEY: review}
    if turns is not None:
        changed["utterances"] = turns
    if is_reworded:
        changed["text"] = join_words([word.text for word in state.words])
    if isinstance(sentiments := raw.get("sentiment_analysis_results"), list):
        said = sorted(state.words, key=attrgetter("start"))
        starts = [word.start for word in said]
        changed["sentiment_analysis_results"] = [_reattributed(item, state, said, starts) for item in sentiments]
    return msgspec.json.encode(raw | changed)


def _word(word: EditedWord, given: Sequence[dict[str, Any]]) -> dict[str, Any]:
    fields = {"text": word.text, "start": word.start, "end": word.end, "confidence": word.confidence, "speaker": word.speaker}
    if word.origin is not None:
        item = given[word.origin]
        kept = item | {"speaker": word.speaker} if word.speaker != item.get("speaker") else item
        return kept | fields if word.is_edited or word.is_retimed else kept
    return fields if word.channel is None else fields | {"channel": word.channel}


def utterance_words(state: State) -> list[list[int]]:
    """The positions in ``state.words`` of each utterance's words, in the order of the utterances table; an utterance may list none."""
    return [turn.positions for turn in grouping.ordered(state.words, state.given_turns, state.given_starts)] if state.has_turns else []


def _utterances(raw: dict[str, Any], state: State, words: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]] | None, list[int]]:
    if not state.has_turns:
        return None, []
    given = [item for item in raw.get("utterances") or () if isinstance(item, dict)]
    turns = grouping.ordered(state.words, state.given_turns, state.given_starts)
    items = []
    for turn in turns:
        if turn.given is None:
            items.append(_utterance(state, turn.positions, words))
        elif turn.positions:
            items.append(_with_speaker(given[turn.given], state.words[turn.positions[0]].speaker))
        else:
            items.append(_renamed(given[turn.given], state))
    return items, [index for index, turn in enumerate(turns) if turn.given is None]


def _utterance(state: State, positions: Sequence[int], words: Sequence[dict[str, Any]]) -> dict[str, Any]:
    spoken = [state.words[position] for position in positions]
    known = [word.confidence for word in spoken if word.confidence is not None]
    utterance = {
        "text": join_words([word.text for word in spoken]),
        "start": min(word.start for word in spoken),
        "end": max(word.end for word in spoken),
        "confidence": fmean(known) if known else None,
        "speaker": spoken[0].speaker,
        "words": [words[position] for position in positions],
    }
    channel = spoken[0].channel
    return utterance if channel is None else utterance | {"channel": channel}


def _with_speaker(utterance: dict[str, Any], speaker: str | None) -> dict[str, Any]:
    if utterance.get("speaker") == speaker:
        return utterance
    words = utterance.get("words")
    renamed = utterance | {"speaker": speaker}
    if isinstance(words, list):
        renamed["words"] = [word | {"speaker": speaker} if isinstance(word, dict) else word for word in words]
    return renamed


def _renamed(item: Any, state: State) -> Any:
    if isinstance(item, dict) and item.get("speaker") in state.renamed:
        return item | {"speaker": state.renamed[item["speaker"]]}
    return item


def _reattributed(item: Any, state: State, said: Sequence[EditedWord], starts: Sequence[int]) -> Any:
    """A judged sentence is said by whoever now says most of the words in its time that the service gave to its speaker."""
    if not isinstance(item, dict):
        return item
    first, last = contract.as_milliseconds(item.get("start")), contract.as_milliseconds(item.get("end"))
    if first is None or last is None:
        return _renamed(item, state)
    within = said[bisect_left(starts, first) : bisect_left(starts, last)]
    speakers = Counter(word.speaker for word in within if word.label == item.get("speaker"))
    return item | {"speaker": speakers.most_common(1)[0][0]} if speakers else _renamed(item, state)


def join_turns(words: list[EditedWord], positions: Iterable[int]) -> None:
    """Turns of the same speaker that touch at one of the positions become one."""
    for position in positions:
        for other in (position - 1, position + 1):
            if 0 <= other < len(words):
                _join(words, words[position], words[other])


def _join(words: list[EditedWord], word: EditedWord, neighbour: EditedWord) -> None:
    if word.turn is None or neighbour.turn in (None, word.turn) or (word.speaker, word.channel) != (neighbour.speaker, neighbour.channel):
        return
    for position in grouping.in_turn(words, word.turn):
        words[position] = words[position].like(turn=neighbour.turn)
