"""Transcripts as the diarization review sends them, and as its page unpacks them."""

import numpy as np

from scribekit.transcripts.edits import State, utterance_words
from scribekit.widgets.diarization.transcript import transcript_of

TALK = [("A", "Good morning how are you"), ("B", "Fine"), ("A", "and the house on the hill"), ("C", "It is gone")]
TURN_TYPES = ("<u4", "<i4", "<i2", "<u2", "u1")
WORD_TYPES = ("<u4", "<u4", "<u4", "u1", "u1")


def shown_transcript(body):
    """The transcript that is shown for a payload."""
    state = State.of_payload(body)
    return transcript_of(state, utterance_words(state))


def unpacked(answer, before=None):
    """What a page makes of an answer: the turns, and for each word start, end, position, confidence, flags and text."""
    value, (*arrays, texts) = answer
    turns = [np.frombuffer(part, dtype=kind).tolist() for part, kind in zip(arrays[:5], TURN_TYPES, strict=True)]
    words = [np.frombuffer(part, dtype=kind).tolist() for part, kind in zip(arrays[5:], WORD_TYPES, strict=True)]
    words.append(texts.decode().split("\0") if words[0] else [])
    if value["kept_first"] or value["kept_last"]:
        first, last = value["kept_first"], value["kept_last"]
        held = before["words"]
        words = [[*old[:first], *new, *old[len(old) - last :]] for old, new in zip(held, words, strict=True)]
        moved = len(words[0]) - len(held[0])
        words[2] = [place + moved * (at >= len(words[2]) - last) for at, place in enumerate(words[2])]
    return {"speakers": value["speakers"], "reasons": value["reasons"], "turns": turns, "words": words}
