"""The main job, step by step: a table of recordings, good and bad, becomes transcripts, tables and files. Offline."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
import time
from pathlib import Path

import pandas as pd

import scribekit as sk

SAMPLES = Path(__file__).parent.parent / "sample_manifests"
NO_MODEL = "THE MODEL OF WHISPER IS NOT HERE: sk.get_model('base') fetches it. This is the engine of demonstrations, which hears less."
WIDTH = min(shutil.get_terminal_size((120, 24)).columns, 140)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--output", type=Path, default=Path("demo_output"), help="folder for the corpus and the exported files")
    output: Path = arguments.parse_args().output.resolve()
    shutil.rmtree(output, ignore_errors=True)
    home = Path.cwd()
    os.chdir(SAMPLES)  # the manifests name their recordings from there
    start = time.monotonic()

    step("1. The manifest: every recording is looked at before anything is sent")
    manifest = sk.read_manifest(good_and_bad_rows())
    show(manifest, ["recording_id", "duration_s", "channels", "codec", "title", "problem"])

    step("2. What AssemblyAI would charge for it (this run costs nothing)")
    estimate = sk.estimate_cost(manifest)
    show(estimate, ["model", "files", "hours", "base_usd", "addons_usd", "total_usd", "note"])

    step("3. Transcribing on this machine (real audio, real HTTP)")
    with sk.local_service() as service:
        print(service if service.recogniser == "whisper" else f"{service}\n{NO_MODEL}")
        batch = sk.submit_batch(manifest, corpus=output / "corpus")
        jobs = sk.collect(batch)
    print(batch)

    step("4. The jobs: one row per recording, the bad ones explained; none of them cost a request")
    show(jobs, ["recording_id", "status", "confidence", "cost_usd", "error_kind"])
    print()
    for job in jobs.dropna(subset="error").itertuples():
        print(textwrap.fill(f"{job.recording_id}: {job.error}", WIDTH, initial_indent="  ", subsequent_indent="      "))

    step("5. Who said what: the first turns of each recording")
    turns = sk.to_frame(batch, "utterances")
    first = turns[turns["utterance_index"] < 3].assign(start=turns["start_ms"].map(clock))
    show(first, ["recording_id", "start", "speaker", "confidence", "text"])

    step("6. How good it is: word error rate against the reference texts")
    errors = word_errors(batch)
    show(errors, list(errors.columns))
    print(sk.to_frame(batch)["engine"].iloc[0], "heard generated speech. Figures and words of numbers count as the same.")

    step("7. The files")
    written = sk.export(batch, output / "transcripts")
    sizes = written.pivot_table(index="recording_id", columns="format", values="bytes", sort=False).astype(int).add_suffix(" (bytes)")
    show(sizes.reset_index(), ["recording_id", *sizes.columns])
    print(f"\nThe first captions of {Path(written['path'][1]).name}:\n")
    print(textwrap.indent("".join(Path(written["path"][1]).read_text("utf-8").splitlines(keepends=True)[:8]), "    "))

    total = errors.iloc[-1]
    print(f"\nDone in {time.monotonic() - start:.0f} s. Word error rate {total['word_error_rate']:.3f} over {total['words']} words.")
    shown = output.relative_to(home) if output.is_relative_to(home) else output
    print(f"The transcripts: {shown / 'transcripts'}    The corpus, to go on with: sk.open_corpus({str(shown / 'corpus')!r})")
    print("Next: the notebook notebooks/01_batching.ipynb, or your own recordings with a key (README).")
    if total["word_error_rate"] > 0.12:
        sys.exit("The word error rate is above 0.12, which this recogniser keeps on these recordings: something is wrong.")


def good_and_bad_rows() -> pd.DataFrame:
    """The quick-start library, and after it one row with each problem (the repeated row asks for what the first one does)."""
    bad = pd.read_csv("bad_rows.csv").dropna(subset="expected_problem").drop(columns="expected_problem")
    rows = pd.concat([pd.read_csv("quickstart.csv"), bad], ignore_index=True)
    asked = ["speaker_labels", "speakers_expected", "multichannel"]
    rows[asked] = rows.groupby("path", dropna=False)[asked].ffill()
    return rows


def word_errors(batch: sk.Batch) -> pd.DataFrame:
    """Errors per recording that has a reference, and over all of them together (summed, not averaged)."""
    frame = sk.to_frame(batch, with_manifest=True).dropna(subset="reference").drop_duplicates("transcript_id")
    references = {name: Path(path) for name, path in zip(frame["recording_id"], frame["reference"], strict=True)}
    counted = pd.concat([sk.evaluate(batch, references, by=by, normaliser="numbers-en") for by in ("recording", None)])
    shown = counted.rename(columns={"group": "recording_id", "reference_words": "words", "wer": "word_error_rate"})
    return shown[["recording_id", "words", "word_error_rate"]].round(3)


def step(title: str) -> None:
    print(f"\n\033[1m{title}\033[0m\n" if sys.stdout.isatty() else f"\n{title}\n{'-' * len(title)}", flush=True)


def show(frame: pd.DataFrame, columns: list[str]) -> None:
    """A frame as text: long cells cut so that a row stays a line."""
    shown = frame[columns].copy()
    room = WIDTH - sum(shown[name].map(cell).map(len).clip(upper=30).max() + 2 for name in columns[:-1]) - 2
    for number, name in enumerate(columns):
        most = max(room, 30) if number == len(columns) - 1 else 30
        shown[name] = shown[name].map(cell).map(lambda text, most=most: text if len(text) <= most else text[: most - 1] + "…")
    widths = {name: max(len(name), int(shown[name].map(len).max())) for name in columns}
    print("  ".join(f"{name:<{widths[name]}}" for name in columns).rstrip())
    for row in shown.itertuples(index=False):
        print("  ".join(f"{text:<{widths[name]}}" for name, text in zip(columns, row, strict=True)).rstrip())


def cell(value: object) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def clock(milliseconds: int) -> str:
    return f"{milliseconds // 60000}:{milliseconds // 1000 % 60:02d}"


if __name__ == "__main__":
    main()
