"""Accuracy, speed and memory of the engines on this machine, side by side.

``python benchmarks/bench_engines.py --recordings FOLDER`` transcribes every recording of a folder that has a text of the same name
(``a.wav`` and ``a.txt``), and the samples of this repository, with each engine that is here. Words are compared with numbers spelled alike.
Time and memory are those of the one process that recognises. For readings of human speech see the test data of the repositories
cmusphinx/pocketsphinx (LibriVox) and SYSTRAN/faster-whisper: fetch them for the bench, and look at their licences.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import psutil

import scribekit as sk
from scribekit.base import model_files

SAMPLES = Path(__file__).parent.parent / "sample_manifests"
TERMS = ["Kubernetes", "Postgres", "Grafana", "Prometheus", "Kafka", "Kestrel Labs", "Zephyr", "Priya"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path, metavar="FOLDER", help="recordings with a text of the same name")
    folder: Path | None = parser.parse_args().recordings
    sets = {"samples": samples(), "term file": terms(None), "term file, key terms": terms(TERMS)}
    if folder is not None:
        sets |= {"given": given(folder)}
    engines: list[dict[str, str]] = [{"recogniser": "pocketsphinx"}]
    here = [name for name, model in model_files.known_models().items() if model.engine == "whisper" and model_files.find(name)]
    engines += [{"recogniser": "whisper", "model": name} for name in here]
    rows = [row(engine, name, table) for engine in engines for name, table in sets.items()]
    print(pd.DataFrame(rows).to_string(index=False))


def samples() -> pd.DataFrame:
    """The clean recordings of the repository, the term file apart."""
    library = pd.read_csv(SAMPLES / "library.csv")
    clean = library[~library["path"].str.contains("noisy|standup")]
    return _absolute(clean[["path", "reference", "multichannel"]])


def terms(told: list[str] | None) -> pd.DataFrame:
    library = pd.read_csv(SAMPLES / "library.csv")
    table = _absolute(library[library["path"].str.contains("standup")][["path", "reference"]])
    return table.assign(keyterms_prompt=[told] * len(table)) if told else table


def given(folder: Path) -> pd.DataFrame:
    texts = {path.stem: path for path in folder.glob("*.txt")}
    found = [path for path in sorted(folder.iterdir()) if path.suffix != ".txt" and path.stem in texts]
    return pd.DataFrame({"path": list(map(str, found)), "reference": [str(texts[path.stem]) for path in found]})


def _absolute(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: [str(SAMPLES / path) for path in table[name]] for name in ("path", "reference")})


def row(engine: dict[str, str], name: str, table: pd.DataFrame) -> dict[str, object]:
    """Transcribe a set with one process, and measure."""
    references = dict(zip(table["path"], table["reference"], strict=True))
    with tempfile.TemporaryDirectory() as place, sk.local_service(**engine, slots=1), watched() as used:
        batch = sk.submit_batch(table.drop(columns="reference"), corpus=Path(place) / "corpus", progress=False)
        jobs = sk.collect(batch, progress=False)
        ids = dict(zip(jobs["source"], jobs["recording_id"], strict=True))
        measured = sk.evaluate(batch, {ids[path]: Path(text) for path, text in references.items()}, normaliser="numbers-en")
    length = jobs["audio_duration_s"].sum()
    return {
        "engine": " ".join(engine.values()),
        "set": name,
        "words": measured["reference_words"][0],
        "wer": round(measured["wer"][0], 3),
        "low": round(measured["wer_low"][0], 3),
        "high": round(measured["wer_high"][0], 3),
        "x real time per cpu s": round(length / used["cpu_s"], 1),
        "MB": round(used["bytes"] / 1e6),
    }


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Measure the processes that recognise: their time on the processor, and the most memory that one of them took."""
    used, ended = {"cpu_s": 0.0, "bytes": 0.0}, threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            times = 0.0
            for process in psutil.Process().children(recursive=True):
                try:
                    if "spawn_main" in " ".join(process.cmdline()):
                        times += sum(process.cpu_times()[:2])
                        used["bytes"] = max(used["bytes"], process.memory_info().rss)
                except psutil.Error:
                    continue
            used["cpu_s"] = max(used["cpu_s"], times)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield used
    finally:
        time.sleep(0.3)
        ended.set()
        thread.join()


if __name__ == "__main__":
    main()
