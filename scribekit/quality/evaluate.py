"""The public verbs that measure transcripts; they ask the service for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.base.errors import OptionError, nearest
from scribekit.base.schema import WORD_ERRORS, WORDS, is_missing
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.view import CorpusView
from scribekit.quality import conversation
from scribekit.quality.comparison import ComparedRecording, Recording, compare, evaluation_frame
from scribekit.quality.confidence import group_name
from scribekit.quality.references import Reference, as_reference, from_file
from scribekit.tables.frames import frame_of

References = Mapping[str, str | Path | Sequence[Mapping[str, Any]]] | pd.DataFrame | str


def evaluate(
    corpus: Batch | Corpus,
    references: References,
    *,
    by: str | Sequence[str] | None = None,
    normaliser: str = "basic",
    seed: int = 0,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Word and character error rates against what was really said, summed over recordings, not averaged.

    Words are aligned by jiwer. cpWER and DER are there where both sides tell speakers; DER also needs the reference's times. Intervals
    are bootstrapped over the recordings of a row; that of the word error rate over passages of 25 words where one stands alone.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` gave.
        references: ``recording_id`` → text (``A: words`` lines tell speakers), path of a ``.txt`` or ``.json`` file, or list of turns
            (``speaker``, ``text``, and ``start_ms`` and ``end_ms``, or ``start`` and ``end`` in seconds); or a frame with
            ``recording_id`` and ``reference``, whose rows of one recording are its turns in order; or the name of the manifest column
            that holds paths of such files. A relative path is looked for from the folder of the recording upwards, then in the working
            folder. Recordings without a transcript or a reference are left out.
        by: ``None`` for one row, ``"recording"``, a manifest column, or ``"speaker"``: each speaker of the references, over the corpus.
            ``["recording", "speaker"]`` or ``[column, "speaker"]`` tells speakers apart within each recording or group, where the same
            label is not the same person everywhere.
        normaliser: ``"basic"`` (case, hyphens and punctuation outside numbers do not count) or ``"none"``; see
            ``scribekit.base.text.normalise``. In scripts that are written without spaces each character counts as a word, and spaces do not
            count.
        seed: Seed of the bootstrap.
        reviewed: Measure the transcripts as people have corrected them; false measures them as received, so that two calls tell what the
            review was worth.

    Returns:
        ``group, speaker, n_recordings``, the counts, and ``wer``, ``cer``, ``cpwer`` and ``der``, each with its 95 % interval
        (``schema.EVALUATION``); ``cpwer_recordings`` and ``der_recordings`` say on how many of the recordings these two rest. With an
        empty reference a rate is the number of insertions, so 0 when nothing was heard either. By speaker, what references lay to nobody
        is in a row without a speaker, so that rows add up to the whole.

    Raises:
        OptionError: ``by``, ``normaliser`` or a reference is not understood, or no recording has both sides.
        MissingExtraError: jiwer is not installed.
    """
    column, by_speaker = _grouping(by)
    with corpus.reading() as view:
        ids = [name for name, _ in view.completed]
        said = read_references(references, view, ids)
        words = frame_of(view, "words", reviewed=reviewed)
        recordings = _recordings(words, said, [name for name in ids if name in said], _group_of(column, view))
    frame = evaluation_frame(recordings, by_speaker=by_speaker, normaliser=normaliser, seed=seed)
    if by_speaker and frame["speaker"].isna().all():
        raise OptionError("None of the references tells who speaks: write lines like 'A: words', or turns with a 'speaker'.")
    return frame


def word_errors(corpus: Batch | Corpus, references: References, *, normaliser: str = "basic", reviewed: bool = True) -> pd.DataFrame:
    """Word by word what was recognised and what was really said: the alignment behind the word error rate, as jiwer finds it.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` gave.
        references: As for ``evaluate``.
        normaliser: As for ``evaluate``.
        reviewed: As for ``evaluate``.

    Returns:
        All recordings that have a reference, turn by turn: a row for each recognised word, with what was ``said`` in its place and by whom,
        its ``outcome``, ``correct`` and ``left_out``; and a row without ``text`` for each word that was left out, where it is missing
        (``schema.WORD_ERRORS``). ``frame[["said", "text"]].value_counts()`` of the substitutions tells what is taken for what, and the two
        columns side by side read as the alignment. A word that is compared as several (a hyphenated one) is a hit when all of them are.
        ``calibrate`` takes the frame as it is; filter it first to learn from some recordings and try on others.

    Raises:
        OptionError: ``normaliser`` or a reference is not understood, or no recording has both sides.
        MissingExtraError: jiwer is not installed.
    """
    with corpus.reading() as view:
        compared = compared_recordings(frame_of(view, "words", reviewed=reviewed), references, view, normaliser)
    found = pd.concat([item.errors().assign(recording_id=item.recording.group) for item in compared], ignore_index=True)
    found["correct"] = found["correct"].astype("boolean")
    return found.astype(WORD_ERRORS.dtypes)[WORD_ERRORS.names]


def compared_recordings(words: pd.DataFrame, references: References, view: CorpusView | None, normaliser: str) -> list[ComparedRecording]:
    """Each recording that has a transcript and a reference, whose name is its group."""
    frame = words.reindex(columns=WORDS.names)
    ids = frame["recording_id"].unique().tolist() if view is None else [name for name, _ in view.completed]
    said = read_references(references, view, ids)
    return compare(_recordings(frame, said, [name for name in ids if name in said], str), normaliser)


def turn_statistics(corpus: Batch | Corpus, *, reviewed: bool = True) -> pd.DataFrame:
    """Who talks how much and how: shares, talk/listen ratio, pace, overlaps, interruptions and pauses.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` gave. Recordings without speaker labels or channels are left out.
        reviewed: As people have corrected the transcripts; false takes them as received.

    Returns:
        One row per recording and speaker (``schema.TURN_STATISTICS``), in order of first turns.

    Raises:
        LedgerError: The corpus cannot be read.
    """
    columns = ["recording_id", "speaker", "start_ms", "end_ms"]
    with corpus.reading() as view:
        utterances = frame_of(view, "utterances", columns=[*columns, "n_words"], reviewed=reviewed)
        words = frame_of(view, "words", columns=columns, reviewed=reviewed)
    return conversation.turn_statistics(utterances, words)


def _recordings(words: pd.DataFrame, said: Mapping[str, Reference], ids: Sequence[str], group_of: Callable[[str], str]) -> list[Recording]:
    if not ids:
        known = f" The references are for {', '.join(sorted(said)[:3])} …" if said else " There are no references."
        raise OptionError(f"No transcript has a reference.{known}")
    wanted = words[words["recording_id"].isin(ids)]
    of_recording = dict(iter(wanted.groupby("recording_id", sort=False)))
    return [Recording(group_of(name), said[name], of_recording.get(name, words.iloc[:0])) for name in ids]


def _grouping(by: str | Sequence[str] | None) -> tuple[str | None, bool]:
    """What groups recordings, and whether their speakers are told apart too."""
    names = [by] if isinstance(by, str) else list(by or [])
    others = [name for name in names if name != "speaker"]
    if len(others) > 1:
        raise OptionError(f"by groups recordings by one column, and by 'speaker' beside it; not by {' and '.join(map(repr, others))}.")
    return (others[0] if others else None), "speaker" in names


def _group_of(by: str | None, view: CorpusView) -> Callable[[str], str]:
    if by is None:
        return lambda _: "all"
    if by in ("recording", "recording_id"):
        return str
    manifest = view.manifest
    if by not in manifest:
        known = ["recording", "speaker", *map(str, manifest)]
        raise OptionError(f"There is no manifest column {by!r} to group by.{nearest(str(by), known)}")
    values = dict(zip(manifest["recording_id"], manifest[by], strict=True))
    return lambda name: group_name(values[name])


def read_references(references: References, view: CorpusView | None, ids: Sequence[str]) -> dict[str, Reference]:
    """What was really said in each recording, from any of the shapes that :func:`evaluate` takes.

    Args:
        references: As for :func:`evaluate`.
        view: The open batch or corpus: its manifest has the column, and files are looked for beside its recordings.
        ids: The recordings whose files are read.

    Raises:
        OptionError: A reference is not understood, or its file is not there.
    """
    said: dict[str, Reference] = {}
    sources: Mapping[str, Any] | None = None
    for name, value in _given(references, view, set(ids)):
        if _is_path(value) and sources is None:
            sources = {} if view is None else _column(view, "source")
        said[name] = said.get(name, ()) + _reference(value, (sources or {}).get(name))
    return said


def _given(references: Any, view: CorpusView | None, ids: set[str]) -> Iterator[tuple[str, Any]]:
    """Recordings with what was said in them, or a part of it, or the path of a file; what is missing is left out."""
    if isinstance(references, str):
        paths = _paths(references, view)
        pairs: Iterable[tuple[str, Any]] = ((name, path) for name, path in paths.items() if name in ids)
    elif isinstance(references, pd.DataFrame):
        missing = [name for name in ("recording_id", "reference") if name not in references]
        if missing:
            raise OptionError(f"A frame of references has the columns recording_id and reference; {' and '.join(missing)} is missing.")
        pairs = zip(references["recording_id"], references["reference"], strict=True)
    elif isinstance(references, Mapping):
        pairs = references.items()
    else:
        kind = type(references).__name__
        raise OptionError(
            f"References are a mapping of recording_id to what was said, a frame with recording_id and reference, or the name of a "
            f"manifest column, not {kind}. For one file, give {{recording_id: path}}."
        )
    return ((name, value) for name, value in pairs if not is_missing(value))


def _paths(column: str, view: CorpusView | None) -> dict[str, Any]:
    if view is None:
        raise OptionError(f"Give a batch or corpus to read references from the manifest column {column!r}.")
    return {name: value if is_missing(value) else Path(str(value)) for name, value in _column(view, column).items()}


def _column(view: CorpusView, column: str) -> dict[str, Any]:
    """A column of the manifest, by recording."""
    manifest = view.manifest
    if column not in manifest:
        raise OptionError(f"The manifest has no column {column!r}.{nearest(column, map(str, manifest))}")
    return dict(zip(manifest["recording_id"], manifest[column], strict=True))


def _is_path(value: Any) -> bool:
    """Whether a file is named: a path must not be taken for four words of speech."""
    return isinstance(value, Path) or (isinstance(value, str) and value.strip().lower().endswith((".txt", ".json")) and "\n" not in value)


def _reference(value: Any, source: Any) -> Reference:
    """What was said, or the content of the file that is named."""
    if not _is_path(value):
        return as_reference(value)
    path = _find(Path(value).expanduser(), source)
    return from_file(path.read_text("utf-8-sig"), path.name)


def _find(path: Path, source: Any) -> Path:
    beside = Path(source).parents if isinstance(source, str) else []
    for folder in [*beside, Path.cwd()]:
        if (folder / path).is_file():
            return folder / path
    raise OptionError(
        f"There is no reference file {str(path)!r} in the folder of the recording or above it, nor in the working folder. "
        "Give the path of a file, the text itself, or a list of turns."
    )
