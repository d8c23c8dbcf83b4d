"""Flip single bits of a corpus, or cut its files short, and see what its verbs make of it.

As a script: ``python tests/support/damage.py 1000 50`` tries so many flips and truncations, and prints what came of them for each kind of
file.
"""

import collections
import random
import shutil
import sqlite3
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import scribekit as sk
from scribekit.base.errors import DamageWarning
from scribekit.corpus.ledger import FILE_NAME
from scribekit.recordings.waveform import Waveform

sys.path.insert(0, str(Path(__file__).parent))

from corpora import store, write_tone

VOCABULARY = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo".split()  # noqa: SIM905
RECORDINGS = 40
EDITED = ("r3", "r17")
QUERY = "alpha OR kilo"


def make_corpus(folder):
    """A corpus of 40 recordings with edits, tables of two editions, an index and peaks."""
    draw = random.Random(0)
    talks = {f"r{number}": [(speaker, " ".join(draw.choices(VOCABULARY, k=60))) for speaker in "ABAB"] for number in range(RECORDINGS)}
    corpus = store(folder, talks, {"topic": [f"topic {number}" for number in range(RECORDINGS)]})
    for name in EDITED:
        sk.review(corpus, name, who="ada").rename("A", "Ada").correct("zulu", words=3)
    sk.build_tables(corpus, progress=False)
    sk.build_index(corpus, progress=False)
    write_tone(folder.parent / "tone.wav", seconds=60)
    for _ in Waveform(folder.parent / "tone.wav", folder / "peaks").compute():
        pass
    return corpus


@dataclass
class Seen:
    """What the verbs showed: the words, search results and exports of each recording, and what they warned of or refused.

    Attributes:
        shown: Verb → recording → what it showed.
        warned: Recordings that warnings name.
        refused: Verb → the error.
    """

    shown: dict = field(default_factory=dict)
    warned: set = field(default_factory=set)
    refused: dict = field(default_factory=dict)


def words(corpus, **options):
    frame = sk.to_frame(corpus, "words", **options)
    kept = frame[["recording_id", "speaker", "start_ms", "end_ms", "text"]]
    return {name: rows.to_numpy().tolist() for name, rows in kept.groupby("recording_id", sort=False)}


def lines(corpus):
    frame = sk.search(corpus, QUERY)
    kept = frame[["recording_id", "left", "match", "right", "speaker", "start_ms"]].fillna("")
    return {name: rows.to_numpy().tolist() for name, rows in kept.groupby("recording_id", sort=False)}


def exported(corpus):
    out = corpus.path / "out"
    shutil.rmtree(out, ignore_errors=True)
    frame = sk.export(corpus, out, ["json"], progress=False)
    return {name: rows["sha256"].tolist() for name, rows in frame.groupby("recording_id", sort=False)}


VERBS = {
    "words": words,
    "received": lambda corpus: words(corpus, reviewed=False),
    "few": lambda corpus: words(corpus, where={"recording_id": ["r3", "r4", "r5"]}),
    "search": lines,
    "export": exported,
    "jobs": lambda corpus: {name: [status] for name, status in corpus.jobs()[["recording_id", "status"]].to_numpy().tolist()},
    "repr": lambda corpus: {"": [repr(corpus)]},
    "review": lambda corpus: {"r3": sk.review(corpus, "r3").words["text"].tolist()},
}


def see(folder):
    """What each verb shows of a corpus."""
    seen = Seen()
    for verb, call in VERBS.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                seen.shown[verb] = call(sk.Corpus(folder))
            except sk.ScribekitError as error:
                seen.refused[verb] = error
        seen.warned |= {name for one in caught if isinstance(one.message, DamageWarning) for name in one.message.recordings}
    return seen


def first_row(db, sql, *values):
    try:
        return db.execute(sql, values).fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def stored(folder):
    """Job key → what the ledger holds of its transcript, by SQLite itself (with its index, and without it), and its checksum.

    A table that is not in order any more gives another row for a key, so the checksums are read from beginning to end.
    """
    columns = "transcript_id, received_at, audio_duration_s, confidence, model, language, cost_usd, body"
    found = {}
    try:
        db = sqlite3.connect(folder / FILE_NAME)
        for number in range(RECORDINGS):
            key = f"r{number}-1"
            ways = (f"SELECT {columns} FROM payloads {way} WHERE job_key = ?" for way in ("", "NOT INDEXED"))
            rows = [row for sql in ways if (row := first_row(db, sql, key))]
            found[key] = (set(rows), first_row(db, "SELECT digest FROM digests WHERE name || '' = ?", key))
        db.close()
    except sqlite3.Error:
        pass
    return found


def harmed_transcripts(before, now):
    """The jobs whose transcripts have changed, or whose checksums have. One without a checksum is as one of an earlier version."""
    gone = {key for key, (rows, _) in before.items() if not rows & now.get(key, (set(), None))[0]}
    return gone | {key for key, (_, digest) in before.items() if now.get(key, (set(), None))[1] not in (None, digest)}


def files_of(folder):
    """Kind of file → the files of a corpus."""
    kinds = {"ledger": [folder / FILE_NAME], "index": [folder / "search.sqlite"], "catalogue": [folder / "tables" / "catalogue.sqlite"]}
    return kinds | {"parts": sorted(folder.glob("tables/*/*.parquet")), "peaks": sorted(folder.glob("peaks/*.peaks"))}


def harm(folder, draw, cut):
    """Flip one bit of a file, or cut it short; half of the time the ledger. Return the kind of file, the file and the place."""
    kinds = files_of(folder)
    kind = draw.choice(["ledger"] * 4 + ["index", "catalogue", "parts", "peaks"])
    path = draw.choice(kinds[kind])
    content = bytearray(path.read_bytes())
    place = draw.randrange(len(content))
    if cut:
        content = content[:place]
    else:
        content[place] ^= 1 << draw.randrange(8)
    path.write_bytes(content)
    return kind, path, place


def differences(whole, seen):
    """What a damaged corpus showed that differs from the whole one, although nothing said so."""
    found = []
    for verb, shown in seen.shown.items():
        expected = whole.shown[verb]
        if verb in ("repr", "jobs"):
            continue
        found += [f"{verb}: {name!r} is new" for name in shown if name not in expected]
        found += [
            f"{verb}: {name!r} changed" for name in shown if name in expected and shown[name] != expected[name] and name not in seen.warned
        ]
        found += [f"{verb}: {name!r} is left out" for name in expected if name not in shown and name not in seen.warned]
    return found


def try_one(original, whole, place, seed, *, cut):
    """Harm a copy of a corpus, and return the kind of file, what came of it, and what should not have."""
    folder = place / f"corpus{seed}"
    shutil.copytree(original, folder)
    kind, path, offset = harm(folder, random.Random(seed), cut)
    where = f"seed {seed}: {path.relative_to(folder)} at {offset}"
    harmed_keys = harmed_transcripts(stored(original), stored(folder))
    before = path.read_bytes()
    try:
        found = sk.check_corpus(folder, progress=False)
        untouched = path.read_bytes() == before or kind == "ledger"
        seen = see(folder)
        wrong = differences(whole, seen)
        if not untouched:
            wrong.append("the check changed the file")
        wrong += judge_report(kind, path.relative_to(folder).as_posix(), found, seen, harmed_keys)
        repaired = sk.check_corpus(folder, repair=True, progress=False)
        edits_lost = set(repaired.loc[repaired["what"].eq("edits") & repaired["state"].ne("whole"), "recording_id"])
        again = see(folder) if kind == "ledger" else seen
        wrong += [f"after the repair: {one}" for one in differences(whole, again) if not is_said(folder, one, harmed_keys, edits_lost)]
        wrong += [f"after the repair: {verb} is refused: {error}" for verb, error in again.refused.items() if verb != "review"]
    except Exception as error:  # noqa: BLE001 -- any error of another library is what this looks for
        return kind, "another error", [f"{where}: {type(error).__name__}: {error}"]
    outcome = "refused" if seen.refused else "warned" if seen.warned else "rebuilt" if kind != "ledger" else "whole"
    return kind, outcome, [f"{where}: {one}" for one in wrong]


def judge_report(kind, file, found, seen, harmed_keys):
    """What the check should have said and did not, or the other way round."""
    named = set(found.loc[found["what"].eq("transcript") & found["state"].ne("whole"), "recording_id"])
    is_read = found["what"].eq("transcript").any()
    wrong = []
    if kind == "ledger":
        expected = {key.removesuffix("-1") for key in harmed_keys}
        if is_read and named != expected:
            wrong.append(f"the check names {sorted(named)}, harmed are {sorted(expected)}")
        if (seen.refused or seen.warned) and found["state"].eq("whole").all():
            wrong.append(f"the check finds nothing, although {seen.refused or seen.warned}")
    else:
        others = set(found.loc[found["state"].ne("whole"), "file"]) - {file}
        if kind in ("parts", "peaks") and file not in set(found.loc[found["state"].ne("whole"), "file"]):
            wrong.append("the check does not name the file")
        if others - ({"tables/catalogue.sqlite"} if kind == "catalogue" else set()):
            wrong.append(f"the check names {sorted(others)}")
    return wrong


def is_said(folder, difference, harmed_keys, edits_lost):
    """Whether a difference is that of a recording that waits to be fetched again, or of one whose edits were said to be damaged."""
    jobs = sk.Corpus(folder).jobs().set_index("recording_id")["status"]
    name = difference.split("'")[1]
    return name in edits_lost or (jobs.get(name) == "queued" and "left out" in difference) or f"{name}-1" in harmed_keys


def run(flips, cuts, place, first_seed=0):
    """Try flips and truncations; return kind → outcome → count, and everything that should not be."""
    place.mkdir(parents=True, exist_ok=True)
    original = place / "whole" / "corpus"
    if not original.exists():
        make_corpus(original)
    whole_copy = place / "copy"
    shutil.rmtree(whole_copy, ignore_errors=True)
    shutil.copytree(original, whole_copy)
    whole = see(whole_copy)
    assert (whole.refused, whole.warned) == ({}, set())
    counts, wrong = collections.defaultdict(collections.Counter), []
    for seed in range(first_seed, first_seed + flips + cuts):
        kind, outcome, found = try_one(original, whole, place, seed, cut=seed >= first_seed + flips)
        counts[kind][outcome] += 1
        if found:
            counts[kind]["wrong"] += 1
            wrong += found
    return counts, wrong


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
        counts, wrong = run(int(sys.argv[1]), int(sys.argv[2]), Path(folder), first)
    print(*wrong, sep="\n")
    for kind, outcomes in counts.items():
        print(f"{kind:10}", dict(outcomes))
