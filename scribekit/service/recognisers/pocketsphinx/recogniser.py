"""The recogniser of demonstrations, behind the protocol of all recognisers."""

from __future__ import annotations

from importlib.util import find_spec

from scribekit.base.errors import MissingExtraError
from scribekit.service.recognisers.pocketsphinx.abilities import ABILITIES
from scribekit.service.recognisers.pool import Pool
from scribekit.service.recognisers.workers import Program


def pocketsphinx(processes: int) -> Pool:
    """Return a recogniser of US English that needs no model but the one of its library.

    A process takes 150 MB and is about five times as fast as real time on one core.

    Args:
        processes: The most processes to run at the same time.

    Raises:
        MissingExtraError: pocketsphinx is not installed.
    """
    if find_spec("pocketsphinx") is None:
        raise MissingExtraError("local", "The recogniser pocketsphinx")
    program = Program("scribekit.service.recognisers.pocketsphinx.transcription:transcriber")
    return Pool("pocketsphinx", program, ABILITIES, processes)
