"""Journals of edits over small transcripts."""

import json

from scribekit.base import contract
from scribekit.transcripts import edits
from scribekit.transcripts.edits import create

TALK = [("A", "Good morning how are you"), ("B", "Fine"), ("A", "and the house on the hill"), ("C", "It is gone"), ("B", "Is it")]


def shown(body):
    """Speaker and text of each utterance."""
    return [(turn.speaker, turn.text) for turn in contract.read_transcript(body).utterances]


def statuses(journal):
    return [outcome.status for outcome in journal.result.outcomes]


def interleaved(*turns):
    """A transcript of turns of (speaker, channel, places of its words); the words stand in the order of their places."""
    named = sorted(
        (place, f"{speaker.lower()}{number}", speaker, channel)
        for speaker, channel, places in turns
        for number, place in enumerate(places, start=1)
    )
    words = [
        {"text": text, "start": 500 * place, "end": 500 * place + 400, "confidence": 0.9, "speaker": speaker, "channel": channel}
        for place, text, speaker, channel in named
    ]
    utterances = []
    for speaker, channel, places in turns:
        said = [words[place] for place in places]
        text, start, end = " ".join(word["text"] for word in said), said[0]["start"], said[-1]["end"]
        utterances.append({"text": text, "start": start, "end": end, "speaker": speaker, "channel": channel, "words": said})
    return json.dumps({"id": "t", "status": "completed", "words": words, "utterances": utterances}).encode()


class Journal:
    """Edits that are made one after the other, each on what the ones before have left."""

    def __init__(self, body, transcript_id="t"):
        self.body, self.transcript_id, self.entries = body, transcript_id, []

    @property
    def result(self):
        return edits.replayed(self.body, self.entries)

    @property
    def shown(self):
        return edits.reviewed_payload(self.body, self.entries)

    def make(self, kind, *arguments, **named):
        self.write(*getattr(create, kind)(self.result.state, *arguments, **named))
        return self

    def write(self, action, detail, group=None):
        number = len(self.entries) + 1
        detail = json.loads(json.dumps(detail))
        self.entries.append(edits.Edit(number, action, detail, group or number, self.transcript_id))

    def over(self, body):
        """The same journal over another transcript of the recording."""
        other = Journal(body, "another")
        other.entries = list(self.entries)
        return other
