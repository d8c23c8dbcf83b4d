from corpora import payload
from packed_transcripts import TALK, shown_transcript

from scribekit.widgets.diarization.static import picture

EVIL = "<script>alert(1)</script>"


def test_the_static_picture_escapes_names_and_words():
    shown = picture(shown_transcript(payload("t", [(EVIL, f"{EVIL} bridge")])), 10_000)
    assert "<script" not in shown
    assert "&lt;script" in shown


def test_the_static_picture_lists_only_uncertain_turns_that_have_a_reason():
    assert "<table" not in picture(shown_transcript(payload("t", TALK[:1])), 10_000)
    listed = picture(shown_transcript(payload("t", TALK)), 10_000)
    assert "quick change" in listed
    assert "<td>–</td>" not in listed
