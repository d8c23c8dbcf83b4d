"""A transcript as objects whose words and turns have the times of the tables. Pure."""

from __future__ import annotations

from scribekit.base import contract
from scribekit.transcripts.frames.reader import PayloadReader

_LEVELS = frozenset({"words", "utterances"})


def read_with_repaired_times(body: bytes) -> tuple[contract.Transcript, int]:
    """Read a transcript whose times are those of the tables: impossible ones are repaired by the rule of ``frames.times``.

    Args:
        body: A payload.

    Returns:
        The transcript, and the end of the recording in ms, as far as it is known.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.

    Example:
        >>> body = b'{"id": "t", "status": "completed", "words": [{"text": "so", "end": 9}, {"text": "on", "start": 400, "end": 900}]}'
        >>> [(word.text, word.start) for word in read_with_repaired_times(body)[0].words]
        [('so', 400), ('on', 400)]
    """
    transcript, reader = contract.read_transcript(body), PayloadReader(body, _LEVELS)
    if reader.words.repaired is not None:
        starts, ends = reader.words.starts.tolist(), reader.words.ends.tolist()
        transcript.words = [_word(*timed) for timed in zip(transcript.words or (), starts, ends, strict=True)]
        _list_words(transcript, reader)
    if reader.turn_times is not None:
        starts, ends, _ = (column.tolist() for column in reader.turn_times)
        transcript.utterances = [_utterance(*timed) for timed in zip(transcript.utterances or (), starts, ends, strict=True)]
    return transcript, reader.latest_ms


def _list_words(transcript: contract.Transcript, reader: PayloadReader) -> None:
    """Let each turn list its words with their repaired times."""
    lists: list[list[contract.Word]] = [[] for _ in transcript.utterances or ()]
    for word, turn in zip(transcript.words or (), [] if reader.words.utterances is None else reader.words.utterances, strict=False):
        if turn is not None:
            lists[turn].append(word)
    for utterance, words in zip(transcript.utterances or (), lists, strict=True):
        utterance.words = words


def _word(word: contract.Word, start: int, end: int) -> contract.Word:
    return contract.Word(word.text, start, end, word.confidence, word.speaker, word.channel)


def _utterance(turn: contract.Utterance, start: int, end: int) -> contract.Utterance:
    return contract.Utterance(turn.text, start, end, turn.confidence, turn.speaker, turn.channel, turn.words)
