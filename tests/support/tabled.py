"""Tables of a corpus, compared with the transcripts that they are made from, and their files."""

import random

import pandas as pd
import pytest

import scribekit as sk
from scribekit.base import schema
from scribekit.tables import selection
from scribekit.tables.store import FOLDER, Catalogue, build
from scribekit.tables.store.refresh import DERIVED

SPOKEN = ["transcripts", "utterances", "words", "sentences", "paragraphs"]


def talk(seed):
    chance = random.Random(seed)
    turns = chance.randint(0, 5)
    return [
        (chance.choice("AB"), " ".join(chance.choices(["so", "we", "begin.", "Ça", "va?"], k=chance.randint(1, 9)))) for _ in range(turns)
    ]


def talks(*names):
    return {name: talk(name) for name in names}


def from_payloads(scope, level, **options):
    """What to_frame gives when it may not use tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "FEW", 10**9)
        return sk.to_frame(scope, level, **options)


def assert_equal_either_way(scope, levels=DERIVED, **options):
    for level in levels:
        found = sk.to_frame(scope, level, **options)
        pd.testing.assert_frame_equal(found, from_payloads(scope, level, **options))
        own = [name for name in found if name in schema.LEVELS[level].names]
        assert found.dtypes.astype(str).to_dict().items() >= {name: schema.LEVELS[level].dtypes[name] for name in own}.items()


def files(folder, level="words"):
    return {path.name: path.stat().st_mtime_ns for path in (folder / FOLDER / level).glob("*.parquet")}


def catalogued(folder):
    with Catalogue(folder / FOLDER, build.FINGERPRINT) as catalogue:
        return list(catalogue.parts().values())
