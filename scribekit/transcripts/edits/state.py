"""A transcript under review: its words, read from a payload and written back in the shape of one. Pure."""

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
from scribekit.transcripts.edits.spacing import Spacing
from scribekit.transcripts.edits.turns import EditedWord, Turn, by_turn, in_turn, ordered
from scribekit.transcripts.frames.utterances import by_listed_words


@dataclass
class State:
    """A transcript under review.

    Attributes:
        words: In the payload's order.
        given_turns: The utterance of each word of the payload.
        given_starts: The start of each utterance of the payload, in ms.
        has_turns: Whether there are utterances.
        has_spaces: Whether edits of earlier versions cut a typed text at its spaces; otherwise each of its characters was a word.
        end_ms: The end of the recording, or of its last word; None where the length is not known.
        judgements: Position in the payload → whether a person found the word right.
        renamed: Label of the service → the name instead of it, where a whole speaker was renamed or merged.
    """

    words: list[EditedWord]
    given_turns: Sequence[Turn] = ()
    given_starts: Sequence[int] = ()
    has_turns: bool = False
    has_spaces: bool = True
    end_ms: int | None = None
    judgements: dict[int, bool] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_payload(cls, body: bytes) -> State:
        """Return the state before any edit.

        Raises:
            msgspec.MsgspecError: The body is not a JSON transcript.
        """
        return cls.of_transcript(contract.read_transcript(body))

    @classmethod
    def of_transcript(cls, transcript: contract.Transcript) -> State:
        """Return the state before any edit, of a payload that was read."""
        words, utterances = transcript.words or [], transcript.utterances or []
        turns: Sequence[Turn] = by_listed_words(words, utterances) if utterances else [0] * len(words)
        edited = [
            EditedWord(word.text, word.start, word.end, word.speaker, word.channel, turn, word.confidence, origin, word.speaker)
            for origin, (word, turn) in enumerate(zip(words, turns, strict=True))
        ]
        starts = [utterance.start for utterance in utterances]
        return cls(edited, turns if utterances else (), starts, bool(utterances), _has_spaces(transcript), _end_ms(transcript))

    def copy(self) -> State:
        """Return a copy that can be changed; the two share their words."""
        return State(
            list(self.words), self.given_turns, self.given_starts, self.has_turns, self.has_spaces, self.end_ms,
            dict(self.judgements), dict(self.renamed),
        )  # fmt: skip

    def speakers(self) -> list[str]:
        """Return the names of all speakers, in order of appearance."""
        return [name for name in dict.fromkeys(map(attrgetter("speaker"), self.words)) if name is not None]

    def has_speaker(self, name: str | None) -> bool:
        """Whether a speaker has that name."""
        return name is not None and name in map(attrgetter("speaker"), self.words)

    def label_of(self, name: str) -> str | None:
        """Return the label that the service gave to most words of a speaker; None if it gave none."""
        labels = Counter(word.label for word in self.words if word.speaker == name and word.label is not None)
        return labels.most_common(1)[0][0] if labels else None

    def turns(self) -> list[list[int]]:
        """Return the positions of the words of each turn, in order of appearance; words without a turn are in none."""
        return by_turn(self.words)

    def settled(self) -> list[int]:
        """Return the positions of the words whose text a person typed or judged."""
        return [position for position, word in enumerate(self.words) if word.origin is None or word.origin in self.judgements]

    def new_turn(self) -> int:
        """Return a number that no turn has."""
        return 1 + max((turn for turn in set(map(attrgetter("turn"), self.words)) if turn is not None), default=-1)


def _has_spaces(transcript: contract.Transcript) -> bool:
    """Whether the service's own text has spaces between the words; in some languages it has none."""
    words, text = transcript.words or [], transcript.text or ""
    return len(words) <= 1 or text == "" or text != "".join(word.text for word in words)


def _end_ms(transcript: contract.Transcript) -> int | None:
    """Return the later one of the duration and the end of the last word: the duration is in whole seconds, or may be wrong for a part."""
    if transcript.audio_duration is None:
        return None
    return max([round(1000 * transcript.audio_duration), *(word.end for word in transcript.words or ())])


def to_payload(body: bytes, state: State) -> bytes:
    """Return the transcript with its edits in the shape of a payload: whatever no edit has changed is as it was received.

    Args:
        body: The payload as received.
        state: :meth:`State.of_payload` of the same body, with edits applied.

    Returns:
        JSON bytes with the further key ``scribekit`` (:class:`scribekit.base.contract.Review`).
    """
    raw = contract.read_json(body)
    given = [item for item in raw.get("words") or () if isinstance(item, dict)]
    words = [_word(word, given) for word in state.words]
    is_reworded = [word.origin for word in state.words] != list(range(len(given))) or any(
        word.get("text") != item.get("text") for word, item in zip(words, given, strict=False)
    )
    spacing = Spacing(_text_of(raw), [str(item.get("text") or "") for item in given])
    turns, edited_turns = _utterances(raw, state, words, spacing)
    review = contract.Review(
        edited_words=[position for position, word in enumerate(state.words) if word.is_edited],
        retimed_words=[position for position, word in enumerate(state.words) if word.is_retimed],
        edited_utterances=edited_turns,
    )
    changed: dict[str, Any] = {"words": words, contract.REVIEW_KEY: review}
    if turns is not None:
        changed["utterances"] = turns
    if is_reworded:
        changed["text"] = spacing.joined(state.words)
    if isinstance(sentiments := raw.get("sentiment_analysis_results"), list):
        changed["sentiment_analysis_results"] = _reattributed(sentiments, state)
    if translated := _translated_turns(raw):
        changed[contract.RECEIVED_TURNS_KEY] = _reattributed(translated, state)
    return msgspec.json.encode(raw | changed)


def _word(word: EditedWord, given: Sequence[dict[str, Any]]) -> dict[str, Any]:
    fields = {"text": word.text, "start": word.start, "end": word.end, "confidence": word.confidence, "speaker": word.speaker}
    if word.origin is not None:
        item = given[word.origin]
        kept = item | {"speaker": word.speaker} if word.speaker != item.get("speaker") else item
        return kept | fields if word.is_edited or word.is_retimed else kept
    return fields if word.channel is None else fields | {"channel": word.channel}


def utterance_words(state: State) -> list[list[int]]:
    """Return the positions of each utterance's words, in the order of the utterances table; an utterance may list none."""
    return [turn.positions for turn in ordered(state.words, state.given_turns, state.given_starts)] if state.has_turns else []


def _text_of(raw: dict[str, Any]) -> str:
    text = raw.get("text")
    return text if isinstance(text, str) else ""


def _utterances(
    raw: dict[str, Any], state: State, words: Sequence[dict[str, Any]], spacing: Spacing
) -> tuple[list[dict[str, Any]] | None, list[int]]:
    if not state.has_turns:
        return None, []
    given = [item for item in raw.get("utterances") or () if isinstance(item, dict)]
    turns = ordered(state.words, state.given_turns, state.given_starts)
    items = []
    for turn in turns:
        if turn.given is None:
            items.append(_utterance(state, turn.positions, words, spacing))
        elif turn.positions:
            items.append(_with_speaker(given[turn.given], state.words[turn.positions[0]].speaker))
        else:
            items.append(_renamed(given[turn.given], state))
    return items, [index for index, turn in enumerate(turns) if turn.given is None]


def _utterance(state: State, positions: Sequence[int], words: Sequence[dict[str, Any]], spacing: Spacing) -> dict[str, Any]:
    said = [state.words[position] for position in positions]
    known = [word.confidence for word in said if word.confidence is not None]
    utterance = {
        "text": spacing.joined(said),
        "start": min(word.start for word in said),
        "end": max(word.end for word in said),
        "confidence": fmean(known) if known else None,
        "speaker": said[0].speaker,
        "words": [words[position] for position in positions],
    }
    channel = said[0].channel
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


def _translated_turns(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the utterances as received without their words, if any is translated; none otherwise."""
    turns = [item for item in raw.get("utterances") or () if isinstance(item, dict)]
    if not any(item.get(contract.TRANSLATED_TEXTS) for item in turns):
        return []
    return [{name: value for name, value in item.items() if name != "words"} for item in turns]


def _reattributed(items: Sequence[Any], state: State) -> list[Any]:
    """Give sentiments, or utterances as received, their current speakers."""
    said = sorted(state.words, key=attrgetter("start"))
    starts = [word.start for word in said]
    return [_with_current_speaker(item, state, said, starts) for item in items]


def _with_current_speaker(item: Any, state: State, said: Sequence[EditedWord], starts: Sequence[int]) -> Any:
    """Give an item the speaker of most words in its time that the service had given to its speaker."""
    if not isinstance(item, dict):
        return item
    first, last = contract.as_milliseconds(item.get("start")), contract.as_milliseconds(item.get("end"))
    if first is None or last is None:
        return _renamed(item, state)
    within = said[bisect_left(starts, first) : bisect_left(starts, last)]
    speakers = Counter(word.speaker for word in within if word.label == item.get("speaker"))
    return item | {"speaker": speakers.most_common(1)[0][0]} if speakers else _renamed(item, state)


def join_turns(words: list[EditedWord], positions: Iterable[int]) -> None:
    """Join turns of the same speaker that touch at one of the positions."""
    for position in positions:
        for other in (position - 1, position + 1):
            if 0 <= other < len(words):
                _join(words, words[position], words[other])


def _join(words: list[EditedWord], word: EditedWord, neighbour: EditedWord) -> None:
    if word.turn is None or neighbour.turn in (None, word.turn) or (word.speaker, word.channel) != (neighbour.speaker, neighbour.channel):
        return
    for position in in_turn(words, word.turn):
        words[position] = words[position].like(turn=neighbour.turn)
