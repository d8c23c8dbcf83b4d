"""The house as ``docs/architecture.md`` describes it: rooms, doors, and who may go through them.

``make check`` proves the floors (import-linter). This proves the doors: from outside a room only its doors are imported.
"""

import ast
import re
from collections import defaultdict

import pytest
from places import ROOT

PACKAGE = ROOT / "scribekit"
ALL = "*"
DOORS = {
    "base": ALL,
    "api": {"answers", "client", "connection", "embedded", "failures", "limits", "options", "rate_limit", "sdk_losses", "webhook"},
    "recordings": {"clips", "locate", "manifest", "probe_cache", "scan", "waveform"},
    "transcripts": {
        "captions",
        "edits",
        "edits.create",
        "edits.strays",
        "edits.table",
        "edits.turns",
        "formats",
        "frames",
        "frames.sentences",
        "frames.words",
        "readers",
    },
    "corpus": {
        "handles",
        "job",
        "ledger",
        "ledger.damage",
        "ledger.pages",
        "ledger.salvage",
        "ledger.stored",
        "payloads",
        "presence",
        "relocate",
        "sqlite",
        "status",
        "view",
    },
    "batch": {"alerts", "background", "engine.loop", "planning", "planning.planner", "pricing", "transcribe"},
    "tables": {"arrow", "frames", "store.check", "store.reuse"},
    "corrections": {"bulk", "people", "review", "transcript"},
    "quality": {"calibration", "comparison", "confidence", "evaluate", "flag", "plots", "queue", "references", "turn_uncertainty"},
    "fulltext": {"citation", "concordance", "concordance.strips", "facets", "index", "play", "search", "statistics"},
    "integrity": set(),
    "widgets": {"notebooks"},
    "service": set(),
}
"""What other rooms may import of each room."""


def name_of(path):
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PACKAGE.rglob("*.py")}


def imports(path):
    """The modules of the package that a file imports, without the leading ``scribekit.``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scribekit."):
            module = node.module.removeprefix("scribekit.")
            for alias in node.names:
                yield f"{module}.{alias.name}" if f"{module}.{alias.name}" in MODULES else module


def crossings():
    """Room → the modules of it that other rooms import, with those that do."""
    found = defaultdict(lambda: defaultdict(set))
    for name, path in MODULES.items():
        for target in imports(path):
            room, _, rest = target.partition(".")
            if room != name.partition(".")[0] and name != "__init__":
                found[room][rest].add(name)
    return found


CROSSINGS = crossings()


def test_every_room_has_its_doors_named():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(DOORS)


@pytest.mark.parametrize("room", [room for room, doors in DOORS.items() if doors != ALL])
def test_other_rooms_come_through_the_doors(room):
    wrong = {module: sorted(users) for module, users in CROSSINGS[room].items() if module not in DOORS[room]}
    assert wrong == {}


@pytest.mark.parametrize("room", [room for room, doors in DOORS.items() if doors != ALL])
def test_a_door_is_there(room):
    assert [door for door in DOORS[room] if f"{room}.{door}" not in MODULES] == []


PUBLIC_ALL_THE_SAME = re.compile(r"__.*|_repr_\w+_|_(fields|replace|asdict|exit)")  # hooks of IPython, methods of named tuples, os._exit


def private_names(path):
    """Names with a leading underscore that a file takes from another module of the package, or from an object that is not its own."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scribekit"):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
            names = [node.attr] if not (isinstance(node.value, ast.Call) and ast.unparse(node.value) == "super()") else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr":
            names = [
                part.value.rpartition(".")[2] for part in node.args[:2] if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
        yield from (f"line {node.lineno}: {name}" for name in names if name.startswith("_") and not PUBLIC_ALL_THE_SAME.fullmatch(name))


@pytest.mark.long
def test_no_module_imports_the_private_names_of_another():
    found = {name: list(private_imports(path)) for name, path in MODULES.items()}
    assert {name: names for name, names in found.items() if names} == {}


def private_imports(path):
    """Names with a leading underscore that a module imports from another, or reads from an imported module."""
    tree, modules = ast.parse(path.read_text("utf-8")), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scribekit"):
            modules |= {alias.asname or alias.name for alias in node.names if f"{node.module}.{alias.name}"[len("scribekit.") :] in MODULES}
            yield from (alias.name for alias in node.names if alias.name.startswith("_"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules and node.attr.startswith("_"):
            yield f"{node.value.id}.{node.attr}"


FOREIGN = {("journeys/test_sdk.py", "_default")}
"""Private names of other libraries that have no public way."""


@pytest.mark.long
def test_no_test_reaches_into_private_names():
    found = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        file = path.relative_to(ROOT / "tests").as_posix()
        names = [one for one in private_names(path) if (file, one.rpartition(" ")[2]) not in FOREIGN]
        if names:
            found[file] = names
    assert found == {}


ELSEWHERE = ("journeys", "notebooks", "support", "data")


def test_test_files_are_named_after_their_modules():
    wrong = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        *rooms, file = path.relative_to(ROOT / "tests").with_suffix("").parts
        name = file.removeprefix("test_")
        is_package = rooms[-1:] == [name] and ".".join(rooms) in MODULES
        if (
            rooms[0] not in ELSEWHERE
            and not {".".join((*rooms, name)), ".".join((*rooms, f"__{name}__"))} & MODULES.keys()
            and not is_package
        ):
            wrong.append(path.relative_to(ROOT).as_posix())
    assert wrong == []
