"""Write docs/tables.md from the schema: every table with its columns, dtypes, units, meanings and sources.

``python tools/write_table_docs.py`` writes the page. With ``--check`` it writes nothing and exits with code 1 when the page is out of date.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import scribekit as sk
from scribekit.base import schema
from scribekit.base.schema import Column, Table

PAGE = Path(__file__).parent.parent / "docs" / "tables.md"

INTRODUCTION = """\
# Tables

<!-- Written by tools/write_table_docs.py from scribekit/base/schema: change it there. -->

Every frame that scribekit returns has exactly these columns, in this order and with these dtypes, even when it is empty. In Python,
`scribekit.schema.WORDS.describe()` returns the same description; replace `WORDS` by any table on this page. `str` is pandas' own string
type, in which a missing value is NaN. `Int64` is an integer that may be missing. *Source* is where a value comes from: `payload` is the
transcript as the service sent it. `with_manifest=True` adds your own columns to a level, and `provenance=True` adds those of
[provenance](#provenance).
"""

HEADINGS = {
    "jobs": "The batch",
    "plans": "Planning",
    "transcripts": "What was said",
    "edits": "Review",
    "quality": "Quality",
    "search": "Search",
    "engines": "Engines",
}


def page() -> str:
    """Return the whole page."""
    sections, described = [], set[str]()
    for module in modules():
        own = [(constant, table) for constant, table in tables(module) if constant not in described]  # a module may import tables of others
        described.update(constant for constant, _ in own)
        sections.append((HEADINGS.get(module.__name__.rpartition(".")[2], _name(module)), own))
    contents = [f"- {heading}: {', '.join(_link(table) for _, table in found)}" for heading, found in sections]
    parts = [INTRODUCTION, "\n".join(contents) + "\n"]
    for heading, found in sections:
        parts.append(f"## {heading}\n")
        parts += [_section(constant, table) for constant, table in found]
    return "\n".join(parts)


def modules() -> Iterator[ModuleType]:
    """Yield the modules that define tables: first those of ``HEADINGS`` in its order, then all others."""
    names = [found.name for found in pkgutil.iter_modules(schema.__path__)]
    for name in sorted(names, key=lambda name: (*HEADINGS, name).index(name)):
        module = importlib.import_module(f"{schema.__name__}.{name}")
        if any(tables(module)):
            yield module


def tables(module: ModuleType) -> Iterator[tuple[str, Table]]:
    """Yield the public tables of a module with the names of their constants, in the order of the module."""
    return ((constant, value) for constant, value in vars(module).items() if isinstance(value, Table) and constant in schema.__all__)


def verbs(constant: str, table: Table) -> list[str]:
    """Return the calls that return a table: ``to_frame`` for a level, and every public function whose docstring names the table."""
    named = re.compile(rf"\bschema\.{constant}\b")
    found = [f'sk.to_frame(corpus, "{table.name}")'] if table.name in schema.LEVELS else []
    for name in sk.__all__:
        value = getattr(sk, name)
        if inspect.isfunction(value) and named.search(inspect.getdoc(value) or ""):
            found.append(f"sk.{name}(…)")
    return found


def _section(constant: str, table: Table) -> str:
    calls = " · ".join(f"`{call}`" for call in verbs(constant, table))
    lines = [f"### {_name(table)}", ""]
    lines += [f"From {calls}. In Python: `schema.{constant}`." if calls else f"In Python: `schema.{constant}`.", ""]
    lines += ["| column | dtype | unit | meaning | source |", "|---|---|---|---|---|"]
    lines += [_row(column) for column in table.columns]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    cells = (f"`{column.name}`", column.dtype, column.unit, column.meaning, f"`{column.source}`" if column.source else "")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _link(table: Table) -> str:
    return f"[{_name(table)}](#{_name(table).replace(' ', '-')})"


def _name(thing: Table | ModuleType) -> str:
    name = thing.name if isinstance(thing, Table) else thing.__name__.rpartition(".")[2].capitalize()
    return name.replace("_", " ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is out of date")
    wanted = page()
    if not parser.parse_args().check:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.exit("docs/tables.md is out of date. Run `python tools/write_table_docs.py`.")


if __name__ == "__main__":
    main()
