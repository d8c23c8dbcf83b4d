"""Install packages beside this Python, at the versions of constraints.txt. pip's output is hidden; its progress is shown.

``python tools/install.py WHAT ARGUMENT…`` says what is installed and hands the arguments to ``pip install``. If pip fails, its whole
output is shown.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
PIP = (sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off", "--constraint", str(CONSTRAINTS))
FETCHES, WRITES = "Collecting ", "Installing collected packages: "


def install(what: str, arguments: list[str]) -> int:
    """Run pip and say every few seconds how far it is; gives its exit code."""
    on_terminal = sys.stdout.isatty()
    began = time.monotonic()
    print(f"Installing {what} …", flush=True)
    pip = subprocess.Popen([*PIP, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    lines: list[str] = []
    reader = threading.Thread(target=lambda: [lines.append(line) for line in pip.stdout])
    reader.start()
    while reader.is_alive():
        reader.join(1 if on_terminal else 10)
        if reader.is_alive():
            line = f"  {time.monotonic() - began:.0f} s: {progress(lines)}"
            print(f"\r\033[K{line}" if on_terminal else line, end="" if on_terminal else "\n", flush=True)
    if on_terminal:
        print("\r\033[K", end="")
    if pip.wait():
        print(*lines, sep="", end="")
        print(f"pip could not install {what}. Its output is above.")
    else:
        print(f"  done in {time.monotonic() - began:.0f} s")
    return pip.returncode


def progress(lines: list[str]) -> str:
    """What pip is at, by what it has said so far."""
    last = next((line for line in reversed(lines) if line.startswith((FETCHES, WRITES))), "")
    if last.startswith(WRITES):
        return f"writing {last.count(',') + 1} packages"
    fetched = sum(line.startswith(FETCHES) for line in lines)
    return f"fetching packages: {fetched} so far, now {last.split()[1]}" if last else "starting"


if __name__ == "__main__":
    sys.exit(install(sys.argv[1], sys.argv[2:]))
