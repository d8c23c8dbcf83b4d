"""Fail when a notebook holds outputs, execution counts or widget state: what is committed is what people read, not what one run printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def stored(notebook: dict) -> list[str]:
    """What the notebook holds that it should not."""
    found = ["widget state"] if "widgets" in notebook["metadata"] else []
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"] is not None):
            found.append(f"an output or execution count in cell {number}")
    return found


if __name__ == "__main__":
    bad = {path: found for path in sorted(Path(sys.argv[1]).glob("**/*.ipynb")) if (found := stored(json.loads(path.read_text())))}
    for path, found in bad.items():
        print(f"{path}: {', '.join(found)}. Clear it with: jupyter nbconvert --clear-output --inplace {path}")
    sys.exit(bool(bad))
