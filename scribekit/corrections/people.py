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
from scribekit.base.cells import cell_text, may_have_been, original
from scribekit.base.errors import OptionError, nearest
from scribekit.base.names import look, looks_like, trimmed
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.view import CorpusView, time_stamp
from scribekit.corrections.bulk import apply, each_replayed, recordings_named, text_given
from scribekit.corrections.review import renaming, taken_by
from scribekit.transcripts import edits
from scribekit.transcripts.edits.create import NewEdit, rename

_ALIKE = 0.8
_BARE_LABEL = re.compile(r"\d*[A-Z]{0,2}")
_CLASSES = 64  # letters are counted by class, which takes fewer columns: names that share a letter share its class


@takes_corpus
def people(batch_or_corpus: Batch | Corpus, *, progress: bool = True) -> pd.DataFrame:
    """List who speaks in each recording, so that they can be named.

    Change the column ``name`` and give the table to :func:`name_people`. ``alike`` shows names that may be misspellings of each other.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        progress: Show progress.

    Returns:
        One row per recording and speaker, in order of appearance: columns of ``schema.PEOPLE``. Recordings that are the same file or
        address are one, under the first of their ids.

    Raises:
        LedgerError: The corpus cannot be read.
    """
    with batch_or_corpus.reading() as view:
        view.warn_if_nothing_is_transcribed()
        return people_of(view, [name for name, _ in view.distinct], progress=progress)


def people_of(view: CorpusView, recording_ids: Iterable[str], *, progress: bool) -> pd.DataFrame:
    """Return the table of :func:`people` of some recordings, from a batch or corpus that is open already."""
    rows = [row for name, result in each_replayed(view, recording_ids, progress=progress) for row in _people_rows(name, result.state)]
    alike = most_alike(sorted({row["name"] for row in rows if len(row["name"]) > 2}))  # labels such as A and B are all alike
    twins = _looking_the_same({row["name"] for row in rows})
    for row in rows:
        row["alike"] = twins.get(row["name"]) or alike.get(row["name"])
    return schema.PEOPLE.frame(rows)


@takes_corpus
def name_people(
    batch_or_corpus: Batch | Corpus,
    names: pd.DataFrame | Mapping[str, str | Mapping[str, str]],
    *,
    merge: bool = False,
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
        merge: Merge people of one recording who get the same name, or the name of somebody else there. Names that look the same are
            the same (encodings of an accent, characters without a width).
        who: The author of the edits; the user of this machine by default.
        progress: Show progress.

    Returns:
        The new table of people.

    Raises:
        OptionError: There is no such recording or speaker, a label without its recording is that of several, a name is empty or a number
            (which may have been another text before the table was read from CSV or Excel), or somebody else in the recording has the name
            already, or one that looks the same, without ``merge=True``. Or two recordings are the same file or URL, and are given
            different names. Then nothing is renamed.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is renamed.
    """
    changes = _changed_names(batch_or_corpus, names, progress=progress)
    apply(batch_or_corpus, list(changes), lambda name, state: _renamings(name, state, changes[name], is_merged=merge), who=who)
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


def is_label(name: str) -> bool:
    """Return whether a name is what the service calls people whom it does not know: A, B, or 1, 2 for channels, or 1A for both.

    Example:
        >>> [is_label(name) for name in ("A", "1B", "2", "Ada", "Jo")]
        [True, True, True, False, False]
    """
    return _BARE_LABEL.fullmatch(name) is not None


def _looking_the_same(names: Iterable[str]) -> dict[str, str]:
    """Return each name → another one that looks the same, where there is one."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(look(name), []).append(name)
    return {name: group[place - 1] for group in groups.values() if len(group) > 1 for place, name in enumerate(group)}


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
        yield {
            "recording_id": recording_id,
            "speaker": speaker,
            "name": speaker,
            "label": state.label_of(speaker),
            "n_words": len(words),
            "n_turns": turns[speaker],
            "speaking_s": sum(word.end - word.start for word in words) / 1000,
        }


def _changed_names(
    corpus: Corpus, names: pd.DataFrame | Mapping[str, str | Mapping[str, str]], *, progress: bool
) -> dict[str, list[tuple[Any, Any]]]:
    """Return recording → old and new names, as they are in the cells of the table."""
    if isinstance(names, Mapping):
        with corpus.reading() as view:
            table = people_of(view, _recordings_to_name(view, names), progress=progress)
            contents = {name: view.ledger.edits.content_of(key) for name, key in view.completed}
        table = _renamed(table, names, contents)
    else:
        table = names
        missing = [name for name in ("recording_id", "speaker", "name") if name not in table]
        if missing:
            raise OptionError(f"The table has no column {missing[0]!r}. Give the table of people(corpus), with other values in 'name'.")
    with corpus.reading() as view:
        recordings = recordings_named(table["recording_id"].tolist(), [name for name, _ in view.completed])
    changes: dict[str, list[tuple[Any, Any]]] = {}
    for recording_id, old, new in zip(recordings, table["speaker"].tolist(), table["name"].tolist(), strict=True):
        changes.setdefault(recording_id, []).append((old, new))
    return changes


def _recordings_to_name(view: CorpusView, names: Mapping[str, Any]) -> list[str]:
    """Return the recordings that a dict of names is about: of those that are the same file or address, those named, else the first."""
    named = {key for name, key in view.completed if name in names}
    first = {name for name, key in view.distinct if key not in named}
    return [name for name, _ in view.completed if name in names or name in first]


def _new_names(recording_id: str, speakers: Sequence[str], names: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Return old name → new name, for the names that change, from the cells of a table that may have been in a CSV or Excel file."""
    found = {}
    for old_cell, new_cell in names:
        old = original(_written(old_cell, speakers), speakers)
        if old is None:
            raise OptionError(f"Nobody is called {old_cell!r} in {recording_id!r}.{nearest(cell_text(old_cell) or '', speakers)}")
        is_text = isinstance(new_cell, str)
        is_as_it_was = new_cell == old if is_text else may_have_been(new_cell, old) and not isinstance(old_cell, str)
        new = old if is_as_it_was else trimmed(text_given(new_cell, "name", recording_id))
        if not new:
            raise OptionError(f"The name for {old!r} in {recording_id!r} is empty. Leave it as it was, or give a name.")
        if new != old:
            found[old] = new
    return found


def _renamed(table: pd.DataFrame, names: Mapping[str, str | Mapping[str, str]], contents: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of people with the new names of a dict, which holds for the corpus or has a dict for each recording."""
    everyone = table["speaker"].unique().tolist()
    for_all = {_written(old, everyone): new for old, new in names.items() if not isinstance(new, Mapping)}
    by_recording = {name: _as_called(new, table, name) for name, new in names.items() if isinstance(new, Mapping)}
    for old, wanted in for_all.items():
        bearers = table[table["speaker"] == old]
        count = bearers["recording_id"].map(contents).nunique()
        if bearers.empty:
            raise OptionError(f"Nobody is called {old!r} in the corpus.{nearest(old, table['speaker'].unique())}")
        if count > 1 and is_label(old) and (bearers["label"] == old).any():
            one = bearers["recording_id"].iloc[0]
            raise OptionError(
                f"{old!r} is a label, and {count} recordings have it. It means another person in each. Name the recording: "
                f"{{{one!r}: {{{old!r}: {wanted!r}}}}}; or give the table of people(corpus), with other values in 'name'; or hear each of "
                "them and name them one by one: sk.widgets.WhoIsThis(corpus)."
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


def _as_called(renamed: Mapping[str, str], table: pd.DataFrame, recording_id: str) -> dict[str, str]:
    """Return old → new names of a recording, with the old ones written as they are in the transcript."""
    there = table.loc[table["recording_id"] == recording_id, "speaker"].tolist()
    return {_written(old, there): new for old, new in renamed.items()}


def _written(name: Any, names: Sequence[str]) -> Any:
    """Return a name as it is written among others, if one of them looks like it."""
    return (looks_like(name, names) or name) if isinstance(name, str) else name


def _renamings(recording_id: str, state: edits.State, names: Iterable[tuple[Any, Any]], *, is_merged: bool) -> Iterator[NewEdit]:
    """Yield renamings in an order in which nobody else has the new name. People who swap names get a temporary name first."""
    left = _new_names(recording_id, state.speakers(), names)
    while left:
        taken = {name: taken_by(state, name, new) for name, new in left.items()}
        free = next((name for name, other in taken.items() if other is None), None)
        if free is not None:
            yield rename(state, free, left.pop(free))
            continue
        settled = next((name for name, other in taken.items() if other not in left), None)
        if settled is not None:
            yield renaming(state, recording_id, settled, left.pop(settled), is_merged=is_merged)
            continue
        swapped = next(iter(left))
        spare = f"{swapped} *"
        yield rename(state, swapped, spare)
        left[spare] = left.pop(swapped)
