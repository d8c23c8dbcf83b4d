import json

import answers

from scribekit.transcripts.formats import Document, resolve
from scribekit.transcripts.readers import read_transcript

NOTES = """\
# 2026/one\\_1.mp3

## Summary

**A meeting** [00:00:00]

- They met.
- A plan is due.

All of it.

## Action items

- [ ] Send the \\*plan\\* “Send the plan.” [00:00:04]

## Transcript

**Speaker A** [00:00:00] We met \\#\\#\\#\\#\\#\\# on the bridge.

**Speaker B** [00:00:04] Send the plan.
"""


def render(payload):
    return resolve("markdown")[0].render(Document.from_payload("2026/one_1.mp3", json.dumps(payload).encode()))


def test_notes_have_the_summary_what_is_to_be_done_and_what_was_said():
    assert render(answers.payload()) == NOTES


def test_without_answers_there_is_only_what_was_said():
    bare = {"id": "t", "status": "completed", "text": "So.", "summary": None}
    assert render(bare) == "# 2026/one\\_1.mp3\n\n## Transcript\n\n[00:00:00] So.\n"
    assert render(bare | {"text": ""}) == "# 2026/one\\_1.mp3\n\n## Transcript\n"
    assert read_transcript(render(bare | {"text": ""}).encode(), "one.md").turns == ()
    assert "## Summary\n\nIn short.\n" in render(bare | {"summary": "In\nshort."})


def test_parts_with_paragraphs_follow_each_other():
    parts = [{"start": 0, "headline": "One", "text": "First."}, {"headline": "Two", "bullets": ["x", "y"], "text": "Second."}]
    payload = {"id": "t", "status": "completed", "speech_understanding": {"response": {"summarization": {"summary": parts}}}}
    summary = render(payload).partition("## Summary\n\n")[2]
    assert summary == "**One** [00:00:00]\n\nFirst.\n\n**Two**\n\nSecond.\n\n- x\n- y\n\n## Transcript\n"
