"""The people of a corpus: who speaks in which recording, under which name, and the state of each recording's review."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.view import time_stamp
from scribekit.corrections.bulk import apply, each_replayed
from scribekit.transcripts import edits
from scribekit.transcripts.edits.create import NewEdit, rename

_ALIKE = 0.8
_BARE_LABEL = re.compile(r"\d*[A-Z]{0,2}")
"""What the service calls people whom it does not know: A, B, or 1, 2 for channels, or 1A for both."""
_CLASSES = 64  # letters are counted by class, which takes fewer columns: names that share a letter share its class


@takes_corpus
def people(batch_or_corpus: Batch | Corpus, *, progress: bool = True) -> pd.DataFrame:
    """List who speaks in each recording, so that they can be named.

    Change the column ``name`` and give the table to :func:`name_people`. ``alike`` shows names that may be misspellings of each other.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        progress: Show progress.

    Returns:
        One row per recording and speaker, in order of appearance: columns of ``schema.PEOPLE``.

    Raises:
        LedgerError: The corpus cannot be read.
    """
    with batch_or_corpus.reading() as view:
        rows = [row for name, result in each_replayed(view, progress=progress) for row in _people_rows(name, result.state)]
    alike = most_alike(sorted({row["name"] for row in rows if len(row["name"]) > 2}))  # labels such as A and B are all alike
    for row in rows:
        row["alike"] = alike.get(row["name"])
    return schema.PEOPLE.frame(rows)


@takes_corpus
def name_people(
    batch_or_corpus: Batch | Corpus,
    names: pd.DataFrame | Mapping[str, str | Mapping[str, str]],
    *,
    who: str | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Rename speakers in many recordings at once. The edits are one group: one undo undoes all of them.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        names: The table of :func:`people` with other values in ``name`` (only ``recording_id``, ``speaker`` and ``name`` are read). Or a
            dict from recordings to old and new names: ``{"interview.mp3": {"A": "Maria"}}``. Or a dict of old and new names that holds
            for the whole corpus; a label such as ``A`` may then be that of one recording only, because the ``A`` of another recording
            is another person.
        who: The author of the edits; the user of this machine by default.
        progress: Show progress.

    Returns:
        The new table of people.

    Raises:
        OptionError: There is no such recording or speaker, a label without its recording is that of several, a name is empty, or somebody
            else in the recording has the name already. Or two recordings are the same file or URL, and are given different names. Then
            nothing is renamed. To merge two speakers, use ``review(…).merge``.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is renamed.
    """
    changes = _changed_names(batch_or_corpus, names, progress=progress)
    apply(batch_or_corpus, list(changes), lambda name, state: _renamings(name, state, changes[name]), who=who)
    return people(batch_or_corpus, progress=progress)


@takes_corpus
def review_states(batch_or_corpus: Batch | Corpus) -> pd.DataFrame:
    """Return the state of the review of each recording.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.

    Returns:
        One row per completed recording, in manifest order: columns of ``schema.REVIEWS``.

    Raises:
        LedgerError: The corpus cannot be read.
    """
    with batch_or_corpus.reading() as view:
        known = {name: (journal, result) for name, _, journal, result in payloads.replayed(view.ledger, view.completed)}
        return schema.REVIEWS.frame([_review_row(name, *known.get(name, ([], None))) for name, _ in view.completed])


def _review_row(recording_id: str, journal: Sequence[edits.Edit], result: edits.Replayed | None) -> dict[str, Any]:
    outcomes = result.outcomes if result else ()
    return {
        "recording_id": recording_id,
        "state": result.history.state if result else edits.NEW,
        "n_edits": len(outcomes),
        "n_conflicts": sum(outcome.status == edits.CONFLICT for outcome in outcomes),
        "last_edit_at": time_stamp(journal[-1].at) if journal else None,
        "last_editor": journal[-1].who if journal else None,
    }


def most_alike(names: Sequence[str]) -> dict[str, str]:
    """Return each name → the most similar other name, where one is similar enough.

    Names are only compared in full if they share enough letters to be similar.

    Example:
        >>> most_alike(["Ada Byrom", "Ada Byron", "Bo"])
        {'Ada Byrom': 'Ada Byron', 'Ada Byron': 'Ada Byrom'}
    """
    letters = np.zeros((len(names), _CLASSES), dtype=np.int16)
    for row, name in zip(letters, names, strict=True):
        np.add.at(row, [ord(letter) % _CLASSES for letter in name], 1)
    lengths = letters.sum(axis=1)
    found = {}
    for place, name in enumerate(names):
        shared = np.minimum(letters, letters[place]).sum(axis=1)  # gives the greatest ratio that difflib could find
        limits = 2 * shared / (lengths + lengths[place])
        limits[place] = 0
        if closest := _closest(name, ((names[other], limits[other]) for other in np.argsort(-limits))):
            found[name] = closest
    return found


def _closest(name: str, others: Iterable[tuple[str, float]]) -> str:
    """Return the most similar of the names, or "" if none is similar enough. Each has an upper limit of its ratio, the greatest first."""
    matcher = SequenceMatcher(b=name)
    ratio, closest = _ALIKE, ""
    for other, limit in others:
        if limit < ratio:
            break
        matcher.set_seq1(other)
        ratio, closest = max((ratio, closest), (matcher.ratio(), other))
    return closest


def _people_rows(recording_id: str, state: edits.State) -> Iterator[dict[str, Any]]:
    said_by = [state.words[positions[0]].speaker for positions in edits.utterance_words(state) if positions]
    turns = Counter(speaker for speaker, _ in groupby(name for name in said_by if name is not None))
    for speaker in state.speakers():
        words = [word for word in state.words if word.speaker == speaker]
        labels = Counter(word.label for word in words if word.label is not None)
        yield {
            "recording_id": recording_id,
            "speaker": speaker,
            "name": speaker,
            "label": labels.most_common(1)[0][0] if labels else None,
            "n_words": len(words),
            "n_turns": turns[speaker],
            "speaking_s": sum(word.end - word.start for word in words) / 1000,
        }


def _changed_names(
    corpus: Corpus, names: pd.DataFrame | Mapping[str, str | Mapping[str, str]], *, progress: bool
) -> dict[str, dict[str, str]]:
    """Return recording → old name → new name, for the names that change."""
    if isinstance(names, Mapping):
        table = people(corpus, progress=progress)
        with corpus.reading() as view:
            contents = {name: view.ledger.edits.content_of(key) for name, key in view.completed}
        table = _renamed(table, names, contents)
    else:
        table = names
        missing = [name for name in ("recording_id", "speaker", "name") if name not in table]
        if missing:
            raise OptionError(f"The table has no column {missing[0]!r}. Give the table of people(corpus), with other values in 'name'.")
    changes: dict[str, dict[str, str]] = {}
    for recording_id, old, new in table[["recording_id", "speaker", "name"]].itertuples(index=False):
        if not isinstance(new, str) or not new.strip():
            raise OptionError(f"The name for {old!r} in {recording_id!r} is empty. Leave it as it was, or give a name.")
        if new.strip() != old:
            changes.setdefault(recording_id, {})[old] = new.strip()
    return changes


def _renamed(table: pd.DataFrame, names: Mapping[str, str | Mapping[str, str]], contents: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of people with the new names of a dict, which holds for the corpus or has a dict for each recording."""
    for_all = {old: new for old, new in names.items() if not isinstance(new, Mapping)}
    by_recording = {name: new for name, new in names.items() if isinstance(new, Mapping)}
    for old, wanted in for_all.items():
        bearers = table[table["speaker"] == old]
        count = bearers["recording_id"].map(contents).nunique()
        if bearers.empty:
            raise OptionError(f"Nobody is called {old!r} in the corpus.{nearest(old, table['speaker'].unique())}")
        if count > 1 and _BARE_LABEL.fullmatch(old) and (bearers["label"] == old).any():
            one = bearers["recording_id"].iloc[0]
            raise OptionError(
                f"{old!r} is a label, and {count} recordings have it. It means another person in each. Name the recording: "
                f"{{{one!r}: {{{old!r}: {wanted!r}}}}}; or give the table of people(corpus), with other values in 'name'."
            )
    pairs = set(zip(table["recording_id"], table["speaker"], strict=True))
    for recording_id, renamed in by_recording.items():
        for old in renamed:
            if (recording_id, old) not in pairs:
                there = table.loc[table["recording_id"] == recording_id, "speaker"]
                known = f"Nobody is called {old!r} in {recording_id!r}.{nearest(old, there)}" if len(there) else None
                raise OptionError(
                    known or f"There is no recording {recording_id!r} with speakers.{nearest(recording_id, table['recording_id'])}"
                )
    new = [
        by_recording.get(recording_id, {}).get(old, for_all.get(old, old))
        for recording_id, old in zip(table["recording_id"], table["speaker"], strict=True)
    ]
    return table.assign(name=new)


def _renamings(recording_id: str, state: edits.State, names: Mapping[str, str]) -> Iterator[NewEdit]:
    """Yield renamings in an order in which nobody else has the new name. People who swap names get a temporary name first."""
    left = dict(names)
    for old in left:
        if old not in state.speakers():
            raise OptionError(f"Nobody is called {old!r} in {recording_id!r}.{nearest(old, state.speakers())}")
    while left:
        taken = set(state.speakers())
        free = next((name for name, new in left.items() if new not in taken), None)
        if free is not None:
            yield rename(state, free, left.pop(free))
            continue
        swapped = next((name for name, new in left.items() if new in left), None)
        if swapped is None:
            raise OptionError(
                f"Somebody else in {recording_id!r} is called {next(iter(left.values()))!r} already. Nothing was renamed. "
                "If the two are one person, use review(…).merge first."
            )
        spare = f"{swapped} *"
        yield rename(state, swapped, spare)
        left[spare] = left.pop(swapped)
