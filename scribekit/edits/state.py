"""A transcript under review: its words with who said them, read from a payload and written back into the shape of one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import msgspec

from scribekit import wire
from scribekit.frames.turns import by_listed_words

Turn = int | None


@dataclass(slots=True)
class Spoken:
    """One word as it stands.

    Attributes:
        text: As written.
        start: In ms.
        end: In ms.
        speaker: Who said it, by label or name.
        channel: The channel.
        turn: Which turn it is in; words of one turn share the number.
        confidence: The service's; None for a word that a person typed.
        origin: Its position in the payload; None for a word that a person typed.
        label: Whom the service named.
        is_edited: Whether a person changed its text or who said it; a mere renaming of a speaker does not count.
        is_retimed: Whether its times were made by alignment.
    """

    text: str
    start: int
    end: int
    speaker: str | None = None
    channel: str | None = None
    turn: Turn = None
    confidence: float | None = None
    origin: int | None = None
    label: str | None = None
    is_edited: bool = False
    is_retimed: bool = False

    def like(self, **changes: Any) -> Spoken:
        """A copy with other values. Words are never changed in place: states share them."""
        word = Spoken(
            self.text, self.start, self.end, self.speaker, self.channel, self.turn, self.confidence, self.origin, self.label,
            self.is_edited, self.is_retimed,
        )  # fmt: skip
        for name, value in changes.items():
            setattr(word, name, value)
        return word

    def altered(self, **changes: Any) -> Spoken:
        """A copy with other values, marked as edited."""
        return self.like(is_edited=True, **changes)


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
    """

    words: list[Spoken]
    given_turns: Sequence[Turn] = ()
    given_starts: Sequence[int] = ()
    has_turns: bool = False
    separator: str = " "
    verdicts: dict[int, bool] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_payload(cls, body: bytes) -> State:
        """The state before any edit.

        Raises:
            msgspec.MsgspecError: The body is not a JSON transcript.
        """
        transcript = wire.read_transcript(body)
        words, utterances = transcript.words or [], transcript.utterances or []
        turns: Sequence[Turn] = by_listed_words(words, utterances) if utterances else [0] * len(words)
        spoken = [
            Spoken(word.text, word.start, word.end, word.speaker, word.channel, turn, word.confidence, origin, word.speaker)
            for origin, (word, turn) in enumerate(zip(words, turns, strict=True))
        ]
        starts = [utterance.start for utterance in utterances]
        return cls(spoken, turns if utterances else (), starts, bool(utterances), _separator(transcript))

    def copy(self) -> State:
        """A state that can be changed without this one; the two share their words."""
        return State(
            list(self.words), self.given_turns, self.given_starts, self.has_turns, self.separator,
            dict(self.verdicts), dict(self.renamed),
        )  # fmt: skip

    def speakers(self) -> list[str]:
        """Everyone who says something, in order of appearance."""
        return list(dict.fromkeys(word.speaker for word in self.words if word.speaker is not None))

    def turns(self) -> list[list[int]]:
        """The positions of the words of each turn, in order of appearance; words without a turn are in none."""
        found: dict[int, list[int]] = {}
        for position, word in enumerate(self.words):
            if word.turn is not None:
                found.setdefault(word.turn, []).append(position)
        return list(found.values())

    def new_turn(self) -> int:
        """A number that no turn has."""
        return 1 + max((word.turn for word in self.words if word.turn is not None), default=-1)


def _separator(transcript: wire.Transcript) -> str:
    """Some languages are written without blanks, and then the service's own text has none between the words."""
    words, text = transcript.words or [], transcript.text or ""
    is_unspaced = len(words) > 1 and text != "" and text == "".join(word.text for word in words)
    return "" if is_unspaced else " "


def to_payload(body: bytes, state: State) -> bytes:
    """The transcript as it stands, in the shape of a payload: whatever no edit has touched is as it was received.

    Args:
        body: The payload as received.
        state: What became of :meth:`State.of_payload` of the same body.

    Returns:
        JSON bytes with the further key ``scribekit`` (:class:`scribekit.wire.Review`).
    """
    raw = msgspec.json.decode(body)
    given = [item for item in raw.get("words") or () if isinstance(item, dict)]
    words = [_word(word, given) for word in state.words]
    is_reworded = [word.origin for word in state.words] != list(range(len(given))) or any(
        word["text"] != item.get("text") for word, item in zip(words, given, strict=False)
    )
    turns, edited_turns = _utterances(raw, state, words)
    review = wire.Review(
        edited_words=[position for position, word in enumerate(state.words) if word.is_edited],
        retimed_words=[position for position, word in enumerate(state.words) if word.is_retimed],
        edited_utterances=edited_turns,
    )
    changed: dict[str, Any] = {"words": words, wire.REVIEW_KEY: review}
    if turns is not None:
        changed["utterances"] = turns
    if is_reworded:
        changed["text"] = state.separator.join(word.text for word in state.words)
    if isinstance(sentiments := raw.get("sentiment_analysis_results"), list):
        changed["sentiment_analysis_results"] = [_renamed(item, state) for item in sentiments]
    return msgspec.json.encode(raw | changed)


def _word(word: Spoken, given: Sequence[dict[str, Any]]) -> dict[str, Any]:
    fields = {"text": word.text, "start": word.start, "end": word.end, "confidence": word.confidence, "speaker": word.speaker}
    if word.origin is not None:
        item = given[word.origin]
        kept = item | {"speaker": word.speaker} if word.speaker != item.get("speaker") else item
        return kept | fields if word.is_edited or word.is_retimed else kept
    return fields if word.channel is None else fields | {"channel": word.channel}


def utterance_words(state: State) -> list[list[int]]:
    """The positions in ``state.words`` of each utterance's words, in the order of the utterances table; an utterance may list none."""
    return [turn.positions for turn in _ordered(state)] if state.has_turns else []


@dataclass(frozen=True, slots=True)
class _Turn:
    start: int
    positions: list[int]
    given: int | None  # its number in the payload, when no edit has touched it


def _ordered(state: State) -> list[_Turn]:
    original = _origins(state)
    turns = [_Turn(start, [], number) for number, start in enumerate(state.given_starts) if not original[number]]
    for positions in state.turns():
        words = [state.words[position] for position in positions]
        turn = words[0].turn
        is_given = turn is not None and turn < len(original) and _is_untouched(words, original[turn])
        given = turn if is_given else None
        turns.append(_Turn(min(word.start for word in words) if given is None else state.given_starts[given], positions, given))
    return sorted(turns, key=lambda turn: turn.start)


def _utterances(raw: dict[str, Any], state: State, words: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]] | None, list[int]]:
    if not state.has_turns:
        return None, []
    given = [item for item in raw.get("utterances") or () if isinstance(item, dict)]
    turns = _ordered(state)
    items = []
    for turn in turns:
        if turn.given is None:
            items.append(_utterance(state, turn.positions, words))
        elif turn.positions:
            items.append(_with_speaker(given[turn.given], state.words[turn.positions[0]].speaker))
        else:
            items.append(_renamed(given[turn.given], state))
    return items, [index for index, turn in enumerate(turns) if turn.given is None]


def _origins(state: State) -> list[list[int]]:
    """The positions in the payload that each of its utterances held."""
    held: list[list[int]] = [[] for _ in state.given_starts]
    for origin, turn in enumerate(state.given_turns):
        if turn is not None:
            held[turn].append(origin)
    return held


def _is_untouched(words: Sequence[Spoken], original: Sequence[int]) -> bool:
    return [word.origin for word in words] == list(original) and not any(word.is_edited or word.is_retimed for word in words)


def _utterance(state: State, positions: Sequence[int], words: Sequence[dict[str, Any]]) -> dict[str, Any]:
    spoken = [state.words[position] for position in positions]
    known = [word.confidence for word in spoken if word.confidence is not None]
    utterance = {
        "text": state.separator.join(word.text for word in spoken),
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


def join_turns(words: list[Spoken], positions: Iterable[int]) -> None:
    """Turns of the same speaker that touch at one of the positions become one."""
    for position in positions:
        for other in (position - 1, position + 1):
            if 0 <= other < len(words):
                _join(words, words[position], words[other])


def _join(words: list[Spoken], word: Spoken, neighbour: Spoken) -> None:
    if word.turn == neighbour.turn or neighbour.turn is None or (word.speaker, word.channel) != (neighbour.speaker, neighbour.channel):
        return
    for position, other in enumerate(words):
        if other.turn == word.turn:
            words[position] = other.like(turn=neighbour.turn)
