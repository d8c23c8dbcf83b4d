import ast
import doctest
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import scribekit

PACKAGE = Path(scribekit.__file__).parent
MODULES = sorted(module.name for module in pkgutil.walk_packages([str(PACKAGE)], "scribekit.") if not module.name.endswith("__main__"))


def loaded_by(statement):
    script = f"{statement}\nimport sys\nprint(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in said.stdout.split()}


def type_checking_imports():
    """Name → module of what ``__init__`` imports for type checkers only."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.name: node.module.removeprefix("scribekit.") for node in guarded.body for alias in node.names}


IMPORTS = type_checking_imports()
PUBLIC_MODULES = ("alerts", "errors", "formats", "notebooks", "palette", "plots", "schema", "widgets")


# -- names ------------------------------------------------------------------------------------------------------------


def test_the_public_names_are_the_same_in_all_places():
    assert scribekit.__all__ == sorted(IMPORTS)


def test_completion_shows_the_public_names_and_modules_and_nothing_else():
    assert dir(scribekit) == sorted([*scribekit.__all__, *PUBLIC_MODULES])


@pytest.mark.parametrize("name", PUBLIC_MODULES)
def test_completion_in_a_module_shows_what_is_its_own(name):
    module = getattr(scribekit, name)
    shown = dir(module)
    assert shown
    assert not {"annotations", "np", "pd", "itertools", "Any", "TYPE_CHECKING"} & set(shown)
    assert not [name for name in shown if inspect.ismodule(getattr(module, name))]
    assert [name for name in shown if name.startswith("_")] == []


def test_the_help_lists_every_public_name_once_by_its_task():
    listed = re.findall(r"^ {4}([\w, ]+):|(?<=\. )([a-z]+):", scribekit.__doc__.partition("Example:")[0], re.MULTILINE)
    names = [name for pair in listed for name in "".join(pair).split(", ")]
    assert sorted(names) == sorted([*scribekit.__all__, *PUBLIC_MODULES])


@pytest.mark.parametrize("name", scribekit.__all__)
def test_a_public_name_is_what_its_home_defines(name):
    home = importlib.import_module(f"scribekit.{IMPORTS[name]}")
    assert getattr(scribekit, name) is getattr(home, name)
    assert getattr(scribekit, name).__module__ == home.__name__


def test_it_says_its_version():
    assert scribekit.__version__.count(".") == 2


def test_a_wrong_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'transcribe'"):
        _ = scribekit.transcribe
    assert not hasattr(scribekit, "_HOME")


# -- documentation ----------------------------------------------------------------------------------------------------


def public_things():
    for name in scribekit.__all__:
        value = getattr(scribekit, name)
        yield name, value
        if inspect.isclass(value):
            members = inspect.getmembers(value, inspect.isfunction)
            yield from ((f"{name}.{member}", function) for member, function in members if member[0] != "_")


THINGS = dict(public_things())
VERBS = {name: value for name, value in THINGS.items() if inspect.isfunction(value) and "." not in name}


def parameters(value):
    return [name for name in inspect.signature(value).parameters if name not in ("self", "args", "kwargs")]


def returns_something(value):
    annotation = inspect.signature(value).return_annotation
    return annotation not in (None, "None", inspect.Signature.empty)


@pytest.mark.parametrize("name", THINGS)
def test_every_public_name_is_documented(name):
    text = inspect.getdoc(THINGS[name])
    assert text
    assert text.split("\n", maxsplit=1)[0].endswith((".", ":"))


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_tells_its_arguments_result_and_errors(name):
    text = inspect.getdoc(VERBS[name])
    arguments = text.partition("Args:")[2]
    undocumented = [parameter for parameter in parameters(VERBS[name]) if f"    {parameter}: " not in arguments]
    assert undocumented == []
    assert "Returns:" in text or not returns_something(VERBS[name])
    assert "Raises:" in text


# -- what is imported when --------------------------------------------------------------------------------------------


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import scribekit") & {"pandas", "numpy", "pyarrow", "assemblyai", "av", "httpx", "matplotlib", "IPython"} == set()


OPTIONAL = {"pocketsphinx", "starlette", "uvicorn", "jiwer", "docx", "praatio", "faster_whisper", "dask", "xlsxwriter", "openpyxl"}


def test_no_verb_loads_an_optional_library():
    names = ", ".join(scribekit.__all__)
    assert loaded_by(f"from scribekit import {names}") & OPTIONAL == set()


def test_a_manifest_is_read_without_the_libraries_that_transcribe():
    statement = "import scribekit; scribekit.read_manifest(['https://host.example/a.mp3'], progress=False)"
    assert loaded_by(statement) & OPTIONAL == set()


# -- examples ---------------------------------------------------------------------------------------------------------


def needs_a_service(test):
    return "local_service(" in test.docstring


def examples(module):
    finder = doctest.DocTestFinder()
    found = finder.find(importlib.import_module(module))
    return [test for test in found if test.examples and not needs_a_service(test)]


def test_the_examples_in_all_modules_run():
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    report = []
    for module in MODULES:
        for test in examples(module):
            runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)
    assert runner.tries > 30
