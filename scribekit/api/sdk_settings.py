"""Which of the official SDK's settings its user has made.

The SDK copies the environment's variables into ``aai.settings`` when it is imported, and never looks at them again. A variable that is
changed later in ``os.environ`` is to count, and so is a value that the user put into ``aai.settings``. So the values that the environment
has had are remembered: what equals one of them is a copy.
"""

from __future__ import annotations

import os
from typing import Any

KEY_VARIABLE, URL_VARIABLE = "ASSEMBLYAI_API_KEY", "ASSEMBLYAI_BASE_URL"

_seen: dict[str, set[str]] = {KEY_VARIABLE: set(), URL_VARIABLE: set()}


def note_environment() -> None:
    """Remember the values that the environment has now."""
    for variable, values in _seen.items():
        if variable in os.environ:
            values.add(os.environ[variable])


def key_and_url() -> tuple[Any, Any]:
    """Return the user's own ``aai.settings.api_key`` and ``aai.settings.base_url``; None for what is only a copy of the environment."""
    import assemblyai

    note_environment()
    settings = assemblyai.settings
    return _own(settings.api_key, KEY_VARIABLE), _own(settings.base_url, URL_VARIABLE)


def _own(value: Any, variable: str) -> Any:
    return None if isinstance(value, str) and value in _seen[variable] else value


note_environment()
