"""The one key that a service accepts, given by whoever starts it or made here; and the key of a speech server that it uses.

A key never comes in the arguments of the process, which every user of the machine can read.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import MutableMapping

from scribekit.base.errors import OptionError

VARIABLE = "SCRIBEKIT_SERVICE_KEY"
OPENAI_VARIABLE = "SCRIBEKIT_OPENAI_KEY"
"""The key of the speech server that the recogniser openai uses."""
STANDARD_INPUT = "-"
LONGEST_BYTES = 4096


def given_key(key_file: str | None, environ: MutableMapping[str, str], name: str = VARIABLE) -> str | None:
    """Return the key that the service was started with; None without one.

    The variable is removed from the environment, so that no other process inherits it.

    Args:
        key_file: A file whose first line is the key, or ``"-"`` for the first line of standard input. It comes before the variable.
        environ: The environment, with the key in a variable.
        name: The variable.

    Raises:
        OptionError: The key is empty or holds characters that no key has, or its file cannot be read, or other users can read it.

    Example:
        >>> given_key(None, {"SCRIBEKIT_SERVICE_KEY": "a-key"})
        'a-key'
    """
    variable = environ.pop(name, None)
    if key_file is not None:
        source = "standard input" if key_file == STANDARD_INPUT else key_file
        try:
            line = _first_line(key_file)
        except OSError as error:
            raise OptionError(f"The key cannot be read: {error}.") from error
        return _checked(line.decode("latin-1"), f"The first line of {source}")
    return None if variable is None else _checked(variable, name)


def new_key() -> str:
    """Return a key that nobody can guess."""
    return secrets.token_hex(16)


def _first_line(key_file: str) -> bytes:
    if key_file == STANDARD_INPUT:
        return _line_of(0)
    descriptor = os.open(key_file, os.O_RDONLY)
    try:
        if os.name == "posix" and os.fstat(descriptor).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise OptionError(f"Other users can read {key_file}: run `chmod 600` on it first, and choose a new key.")
        return _line_of(descriptor)
    finally:
        os.close(descriptor)


def _line_of(descriptor: int) -> bytes:
    """Read one line and not a byte more: the rest of standard input says when the starter has ended."""
    line = b""
    while len(line) < LONGEST_BYTES and (byte := os.read(descriptor, 1)) not in (b"", b"\n"):
        line += byte
    return line


def _checked(key: str, source: str) -> str:
    text = key.strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise OptionError(f"{source} is not a key: a key has at least one character, all of them printable ASCII and none of them a space.")
    return text
