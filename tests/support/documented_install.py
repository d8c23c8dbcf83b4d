"""Kernels that can import only what the documented install brings: ``pip install 'scribekit[local]' jupyterlab``."""

from __future__ import annotations

import importlib.metadata
import re

DOCUMENTED = ("scribekit[local]", "jupyterlab", "ipykernel")

_HOOK = """
import sys

class Documented:  # finds nothing that the documented install does not bring
    names = {names!r}

    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in self.names else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = [Documented(finder) for finder in sys.meta_path]
del Documented, sys
"""


def startup_script(requirements: tuple[str, ...] = DOCUMENTED) -> str:
    """Return what a kernel runs first, so that it imports nothing else that happens to be installed here."""
    return _HOOK.format(names=sorted(modules_beyond(requirements)))


def modules_beyond(requirements: tuple[str, ...]) -> set[str]:
    """Return the installed top-level modules that no distribution of these requirements and of theirs has."""
    wanted = distributions_of(requirements)
    modules = importlib.metadata.packages_distributions()
    return {module for module, owners in modules.items() if not {_canonical(owner) for owner in owners} & wanted}


def distributions_of(requirements: tuple[str, ...]) -> set[str]:
    """Return the distributions that requirements install, with all that they require in turn, as far as they are installed."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [Requirement(requirement) for requirement in requirements]
    while left:
        requirement = left.pop()
        name, extras = _canonical(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        for text in distribution.requires or ():
            further = Requirement(text)
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                left.append(further)
    return found


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
