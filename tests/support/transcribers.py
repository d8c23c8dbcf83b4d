"""What a worker process runs in tests: a recording of four pieces, in which the process may die, fail or wait."""

import os
import signal
import time
from pathlib import Path

from scribekit.service.recognisers.base import Piece, Recognition, RecognitionError, SpokenWord

PIECES = 4


def in_pieces(mark):
    """Returns a transcriber. The file holds lines ``die N``, ``refuse N``, ``raise N`` or ``wait N``: what happens at piece N, once."""

    def run(path, _options, done):
        with Path(mark).open("a") as log:
            log.write(f"{len(done)}\n")
        plan = [line.split() for line in path.read_text().splitlines()]
        for number in range(len(done), PIECES):
            yield number / PIECES
            for deed in [deed for deed, at in plan if int(at) == number]:
                _do(deed)
            yield Piece(number * 1000, f"piece {number}")
            done = [*done, Piece(number * 1000, f"piece {number}")]
        words = tuple(SpokenWord(piece.content, piece.end_ms, piece.end_ms + 1, 1.0) for piece in done)
        yield Recognition(words=words, duration_s=4.0, channels=1, model="m", engine={"name": "test"})

    return run


def _do(deed):
    if deed == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if deed == "refuse":
        raise RecognitionError("refused")
    if deed == "raise":
        raise ValueError("unforeseen")
    if deed == "wait":
        time.sleep(3600)
