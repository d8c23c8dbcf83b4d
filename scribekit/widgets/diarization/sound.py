"""The sound of the recording under review, a clip at a time."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from scribekit.base.errors import ScribekitError
from scribekit.recordings.clips import Sound
from scribekit.recordings.locate import missing_file_message
from scribekit.recordings.manifest import is_url
from scribekit.widgets.base import LONGEST_CLIP_S


class ClipReader:
    """Reads clips of one recording, which it keeps open. Use it from one thread only."""

    def __init__(self) -> None:
        self._open: tuple[str, Sound] | None = None

    def clip(self, source: Any, start_s: float, end_s: float) -> bytes:
        """Return a part of a recording as a WAV file.

        Raises:
            ScribekitError: There is no sound.
        """
        reason = no_sound_reason(source)
        if reason is not None:
            raise ScribekitError(reason)
        return self._sound_of(str(source)).clip(start_s, min(end_s, start_s + LONGEST_CLIP_S))

    def read_to_end(self, source: Any, duration_s: float) -> None:
        """Read a recording once, so that later every place in it is found at once."""
        with contextlib.suppress(ScribekitError):  # `clip` raises it again for the reader
            self._sound_of(str(source)).samples(max(0.0, duration_s - 1), duration_s)

    def _sound_of(self, source: str) -> Sound:
        if self._open is None or self._open[0] != source:
            before, self._open = self._open, None
            if before is not None:
                before[1].close()
            self._open = (source, Sound(Path(source)))
        return self._open[1]


def no_sound_reason(source: Any) -> str | None:
    """Return why a recording cannot be heard here; None if it can."""
    if not isinstance(source, str):
        return "The manifest names no file for this recording, so there is no sound."
    if is_url(source):
        return "The recording is at a URL, so there is no sound here. Everything else works."
    is_absent = missing_file_message(source)
    return None if is_absent is None else f"{is_absent} Until then there is no sound; everything else works."
