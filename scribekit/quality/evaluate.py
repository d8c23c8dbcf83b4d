"""The public verbs that measure transcripts: ``evaluate``, ``word_errors`` and ``turn_statistics``. They send no request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from scribekit.base.errors import OptionError, nearest
from scribekit.base.names import names_of
from scribekit.base.schema import WORD_ERRORS, WORDS
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.view import CorpusView
from scribekit.quality.comparison import ComparedRecording, Recording, compare, evaluation_frame
from scribekit.quality.confidence import group_name
from scribekit.quality.conversation import speaker_statistics
from scribekit.quality.references import Reference, References, read_references
from scribekit.tables.frames import frame_of


@takes_corpus
def evaluate(
    corpus: Batch | Corpus,
    references: References,
    *,
    by: str | Sequence[str] | None = None,
    normaliser: str = "basic",
    seed: int = 0,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Measure word and character error rates against references. Errors are summed over recordings; rates are not averaged.

    jiwer aligns the words. cpWER and DER need speakers on both sides; DER also needs the reference's times. Intervals are bootstrapped
    over the recordings of a row. For a row of one recording, only the word error rate has an interval: over passages of 25 words.

    Args:
        corpus: A batch or corpus, from ``submit_batch`` or ``open_corpus``.
        references: One of three shapes. A mapping of ``recording_id`` to a text (``A: words`` lines name speakers), the path of a
            transcript file (plain text, SRT, WebVTT, STM, CTM, TextGrid, ELAN, DOCX, Markdown or JSON; RTTM for speakers only), or a list
            of turns (``speaker``, ``text``, and ``start_ms`` and ``end_ms``, or ``start`` and ``end`` in seconds). A frame with
            ``recording_id`` and ``reference``; several rows of one recording are its turns in order. The name of the manifest column that
            holds paths of such files. A relative path is looked for in the folder of the recording, then in the folders above it, then in
            the working folder. Recordings without a transcript or a reference are left out.
        by: ``None`` for one row, ``"recording"``, a manifest column, or ``"speaker"``: each speaker of the references, over the corpus.
            ``["recording", "speaker"]`` or ``[column, "speaker"]`` keeps the speakers of each recording or group separate; use it when
            the same label is not the same person everywhere.
        normaliser: ``"basic"`` (case, hyphens and punctuation outside numbers do not count), ``"numbers-en"`` (also ``da, de, es, fr, it,
            nl, pt``: numbers written as words count as digits; extra ``numbers``) or ``"none"``; see ``scribekit.base.text.normalise``. In
            scripts that are written without spaces each character counts as a word, and spaces do not count.
        seed: Seed of the bootstrap.
        reviewed: Measure the transcripts as people have corrected them. False measures them as received: the difference between the
            two calls is what the review improved.

    Returns:
        ``group, speaker, n_recordings``, the counts, and ``wer``, ``cer``, ``cpwer`` and ``der``, each with its 95 % interval
        (``schema.EVALUATION``). ``cpwer_recordings`` and ``der_recordings`` are the number of recordings behind these two rates. With an
        empty reference a rate is the number of insertions, and 0 when nothing was recognised either. By speaker, reference words without
        a speaker form a row of their own, so the rows add up to the total. With references that only say who spoke when, ``wer``, ``cer``
        and ``cpwer`` are missing.

    Raises:
        OptionError: ``by``, ``normaliser`` or a reference is not understood, or no recording has both a transcript and a reference.

    Warns:
        ReferenceWarning: A file's encoding or speakers are a guess, or parts of it were left out.
    """
    column, by_speaker = _grouping(by)
    with corpus.reading() as view:
        ids = [name for name, _ in view.completed]
        said = read_references(references, view, ids)
        words = frame_of(view, "words", reviewed=reviewed)
        recordings = _recordings(words, said, [name for name in ids if name in said], _group_of(column, view))
    frame = evaluation_frame(recordings, by_speaker=by_speaker, normaliser=normaliser, seed=seed)
    if by_speaker and frame["speaker"].isna().all():
        raise OptionError("None of the references says who speaks: write lines like 'A: words', or turns with a 'speaker'.")
    return frame


@takes_corpus
def word_errors(corpus: Batch | Corpus, references: References, *, normaliser: str = "basic", reviewed: bool = True) -> pd.DataFrame:
    """Return what was recognised and what was really said, word by word: jiwer's alignment behind the word error rate.

    Args:
        corpus: A batch or corpus, from ``submit_batch`` or ``open_corpus``.
        references: As for ``evaluate``.
        normaliser: As for ``evaluate``.
        reviewed: As for ``evaluate``.

    Returns:
        The words of all recordings that have a reference, turn by turn (``schema.WORD_ERRORS``). Each recognised word has a row with
        what was really ``said`` and by whom, its ``outcome``, ``correct`` and ``left_out``. Each deleted word has a row without ``text``
        at the place where it is missing. The columns ``said`` and ``text`` side by side are the alignment;
        ``frame[["said", "text"]].value_counts()`` of the substitutions counts which word is mistaken for which. A word that is compared
        as several words (a hyphenated one) is a hit when all of them are. ``calibrate`` takes this frame; filter it first to learn from
        some recordings and test on others.

    Raises:
        OptionError: ``normaliser`` or a reference is not understood, or no recording has both a transcript and a reference.
    """
    with corpus.reading() as view:
        compared = compared_recordings(frame_of(view, "words", reviewed=reviewed), references, view, normaliser)
    found = pd.concat([item.errors().assign(recording_id=item.recording.group) for item in compared], ignore_index=True)
    found["correct"] = found["correct"].astype("boolean")
    return found.astype(WORD_ERRORS.dtypes)[WORD_ERRORS.names]


def compared_recordings(words: pd.DataFrame, references: References, view: CorpusView | None, normaliser: str) -> list[ComparedRecording]:
    """Align every recording that has a transcript and a reference. Each recording is a group of its own."""
    frame = words.reindex(columns=WORDS.names)
    ids = frame["recording_id"].unique().tolist() if view is None else [name for name, _ in view.completed]
    said = read_references(references, view, ids)
    return compare(_recordings(frame, said, [name for name in ids if name in said], str), normaliser)


@takes_corpus
def turn_statistics(corpus: Batch | Corpus, *, reviewed: bool = True) -> pd.DataFrame:
    """Measure how each speaker talks: share of talk, talk/listen ratio, pace, overlaps, interruptions and pauses.

    Args:
        corpus: A batch or corpus, from ``submit_batch`` or ``open_corpus``. Recordings without speaker labels or channels are left out.
        reviewed: Take the transcripts as people have corrected them; false takes them as received.

    Returns:
        One row per recording and speaker (``schema.TURN_STATISTICS``), in order of their first turns.

    Raises:
        LedgerError: The corpus cannot be read.
    """
    columns = ["recording_id", "speaker", "start_ms", "end_ms"]
    with corpus.reading() as view:
        utterances = frame_of(view, "utterances", columns=[*columns, "n_words"], reviewed=reviewed)
        words = frame_of(view, "words", columns=columns, reviewed=reviewed)
    return speaker_statistics(utterances, words)


def _recordings(words: pd.DataFrame, said: Mapping[str, Reference], ids: Sequence[str], group_of: Callable[[str], str]) -> list[Recording]:
    if not ids:
        known = f" The references are for {', '.join(sorted(said)[:3])} …" if said else " There are no references."
        raise OptionError(f"No transcript has a reference.{known}")
    wanted = words[words["recording_id"].isin(ids)]
    of_recording = dict(iter(wanted.groupby("recording_id", sort=False)))
    return [Recording(group_of(name), said[name], of_recording.get(name, words.iloc[:0])) for name in ids]


def _grouping(by: str | Sequence[str] | None) -> tuple[str | None, bool]:
    """Return the column that groups recordings (None without one), and whether speakers have rows of their own."""
    names = names_of(by, "by")
    others = [name for name in names if name != "speaker"]
    if len(others) > 1:
        raise OptionError(f"by groups recordings by one column, and optionally by 'speaker' too; not by {' and '.join(map(repr, others))}.")
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
