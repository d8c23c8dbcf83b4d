"""Who is this: the widget that plays a line of each speaker without a name, and takes the name."""

from __future__ import annotations

import threading
from typing import Any

import traitlets

from scribekit.base.errors import ScribekitError
from scribekit.base.names import looks_like, trimmed
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.corrections.people import people_of
from scribekit.corrections.review import Review, review
from scribekit.tables.frames import frame_of
from scribekit.widgets.base import STATIC, Answer, Widget, background, is_interactive
from scribekit.widgets.diarization.sound import ClipReader, no_sound_reason
from scribekit.widgets.who_is_this.speakers import LONGEST_MS, Speaker, as_html, as_text, known_names, lines_to_play, without_name

_STATIC_WAIT_S = 2.0
_TURN_COLUMNS = ["recording_id", "speaker", "start_ms", "end_ms", "confidence", "text"]


class WhoIsThis(Widget):
    """Plays one line of each speaker without a name, and takes the name.

    A label such as A means another person in each recording, so each is named for itself: hear a line, type the name, press Enter, and the
    next one is played. Each name is saved in the corpus at once, as :func:`scribekit.name_people` does, and can be undone. Everything can
    be done by keys; ``?`` shows them.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` returned.
        who: The author of the edits; the user of this machine by default.

    Raises:
        OptionError: It is not a batch or corpus.
        LedgerError: The corpus cannot be read.

    Example:
        >>> sk.widgets.WhoIsThis(sk.open_corpus("corpora/calls"))    # doctest: +SKIP
    """

    _esm = STATIC / "who_is_this.js"
    _css = STATIC / "who_is_this.css"

    card = traitlets.Dict().tag(sync=True)
    names: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(self, corpus: Batch | Corpus, *, who: str | None = None) -> None:
        super().__init__()
        self._corpus, self._who = corpus_of(corpus), who
        self._left: list[Speaker] = []
        self._place = 0
        self._named: list[tuple[Speaker, str]] = []
        self._sources: dict[str, Any] = {}
        self._titles: dict[str, Any] = {}
        self._clips = ClipReader()
        self._has_read = threading.Event()
        self.card = {"stage": "reading"}
        self.in_background(self._read)

    # -- what is shown

    def _read(self) -> None:
        try:
            with self._corpus.reading() as view:
                people = people_of(view, [name for name, _ in view.distinct], progress=False)
                manifest = view.manifest
            self._sources = dict(zip(manifest["recording_id"], manifest["source"], strict=True))
            self._titles = dict(zip(manifest["recording_id"], manifest["title"], strict=True)) if "title" in manifest else {}
            self._left, self.names = without_name(people), known_names(people)
        finally:
            self._has_read.set()
        self._show()

    def _show(self) -> None:
        """Show the speaker whose turn it is. One who has got a name elsewhere meanwhile is passed over."""
        while self._left:
            self._place %= len(self._left)
            speaker = self._left[self._place]
            lines = self._lines_of(speaker)
            if lines:
                title = self._titles.get(speaker.recording_id)
                self.card = {
                    "stage": "asking",
                    "place": self._place + 1,
                    "left": len(self._left),
                    "named": len(self._named),
                    "recording": speaker.recording_id,
                    "title": title if isinstance(title, str) and title != speaker.recording_id else "",
                    "speaker": speaker.label,
                    "n_turns": speaker.n_turns,
                    "speaking_s": speaker.speaking_s,
                    "lines": lines,
                    "no_sound": no_sound_reason(self._sources.get(speaker.recording_id)) or "",
                }
                return
            del self._left[self._place]
        self.card = {"stage": "done", "named": len(self._named)}

    def _lines_of(self, speaker: Speaker) -> list[dict[str, Any]]:
        with self._corpus.reading() as view:
            turns = frame_of(view, "utterances", columns=_TURN_COLUMNS, where={"recording_id": speaker.recording_id})
        return lines_to_play(turns[turns["speaker"] == speaker.label])

    # -- intents of the page

    def on_move(self, by: int) -> None:
        """Go to another speaker without a name."""
        self._place += by
        self._show()

    @background
    def on_play(self, recording: str, start_ms: int, end_ms: int) -> Answer:
        """Return the sound of a line."""
        start_s, end_s = max(0, start_ms) / 1000, min(end_ms, start_ms + LONGEST_MS) / 1000
        return Answer(None, [self._clips.clip(self._sources.get(recording), start_s, end_s)])

    def on_name(self, recording: str, speaker: str, name: str, merge: bool = False) -> dict[str, Any]:
        """Give a speaker a name, and go to the next one. If somebody else in the recording has it, say so first.

        Returns:
            ``name``, or ``taken``: the name of the other one.
        """
        found = next((one for one in self._left if (one.recording_id, one.label) == (recording, speaker)), None)
        if found is None:
            raise ScribekitError("This speaker has a name already. Go to the next one.")
        talk = self._review(recording)
        others = [other for other in talk.speakers if other != speaker]
        if not merge and (taken := looks_like(trimmed(name), others)) is not None:
            return {"taken": taken}
        talk.rename(speaker, name, merge=merge)
        given = looks_like(trimmed(name), talk.speakers) or trimmed(name)
        self._left.remove(found)
        self._named.append((found, given))
        self.names = [given, *(other for other in self.names if other != given)]
        self._show()
        return {"name": given}

    def on_undo(self) -> dict[str, Any]:
        """Take the last name back, and show that speaker again."""
        if not self._named:
            raise ScribekitError("There is nothing to undo: nobody was named here.")
        speaker, given = self._named[-1]
        talk = self._review(speaker.recording_id).undo()
        if speaker.label not in talk.speakers:
            talk.redo()
            raise ScribekitError(
                f"{speaker.recording_id!r} was edited since, so the name was not taken back. Use sk.review or the diarization review."
            )
        self._named.pop()
        self._place = min(self._place, len(self._left))
        self._left.insert(self._place, speaker)
        self._show()
        return {"name": given, "speaker": speaker.label}

    def _review(self, recording: str) -> Review:
        return review(self._corpus, recording, who=self._who)

    # -- the static picture

    def static_text(self) -> str:
        """Return how many speakers have no name, in a sentence."""
        self._wait_for_picture()
        return as_text(self._left, len(self._named))

    def static_html(self) -> str:
        """Return the first of them as a table."""
        self._wait_for_picture()
        return as_html(self._left, len(self._named))

    def _wait_for_picture(self) -> None:
        """Wait for the table of people. A converted notebook has only the picture."""
        self._has_read.wait(_STATIC_WAIT_S if is_interactive() else None)
