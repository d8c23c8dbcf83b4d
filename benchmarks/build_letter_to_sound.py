"""Learn the letter-to-sound rules of the embedded recogniser from the dictionary inside its wheel.

Run it as ``python benchmarks/build_letter_to_sound.py``. It holds out 3,000 words, prints the error on them, and writes the rules
into the package (``RULES_FILE``). About a minute and a half on one core.

Each word's letters are aligned to its phones (no, one or two phones for a letter) by dynamic programming over letter-phone counts that are
counted again after each pass. Then, from narrow contexts to wide ones, a rule is kept where it changes what the narrower ones say.
"""

from __future__ import annotations

import gzip
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from scribekit.service.recognisers.pocketsphinx.pronunciation import CONTEXTS, RULES_FILE, context, letters_to_phones

Entry = tuple[str, tuple[str, ...]]
Alignment = list[str]
TARGET = Path(str(RULES_FILE))
HELD_OUT = 3000
PASSES = 4
PASS_SAMPLE = 20_000
RARE = math.log(1e-5)
LEAST_SEEN = 2


def main() -> None:
    entries = dictionary()
    random.Random(7).shuffle(entries)
    held, seen = entries[:HELD_OUT], entries[HELD_OUT:]
    table = learn(seen)
    print(f"phone error {phone_error(held, table):.1%}, whole words right {words_right(held, table):.1%}")
    table = learn(entries)
    text = "".join(f"{key} {phones}\n" for key, phones in sorted(table.items()))
    packed = gzip.compress(text.encode("ascii"), 9, mtime=0)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(packed)
    print(f"{len(table)} rules, {len(packed) / 1000:.0f} kB")


def dictionary() -> list[Entry]:
    import pocketsphinx

    path = Path(pocketsphinx.get_model_path("en-us")) / "cmudict-en-us.dict"
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return [(word, tuple(phones)) for word, *phones in lines if re.fullmatch("[a-z]{2,}", word)]


def learn(entries: list[Entry]) -> dict[str, str]:
    scores = first_scores(entries)
    for _ in range(PASSES):
        counts: Counter[tuple[str, str]] = Counter()
        for word, phones in entries[:PASS_SAMPLE]:
            counts.update(zip(word, align(word, phones, scores) or (), strict=False))
        scores = log_share(counts)
    aligned = [(word, found) for word, phones in entries if (found := align(word, phones, scores))]
    return keep_what_matters(aligned)


def first_scores(entries: Iterable[Entry]) -> dict[tuple[str, str], float]:
    """Letters and phones that stand at about the same place of their words."""
    counts: Counter[tuple[str, str]] = Counter()
    for word, phones in entries:
        for at, letter in enumerate(word):
            near = phones[min(len(phones) - 1, at * len(phones) // len(word))]
            counts[letter, near] += 2
            counts[letter, ""] += 1
    return log_share(counts)


def log_share(counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], float]:
    totals: Counter[str] = Counter()
    for (letter, _), count in counts.items():
        totals[letter] += count
    return {pair: math.log(count / totals[pair[0]]) for pair, count in counts.items()}


def align(word: str, phones: tuple[str, ...], scores: Mapping[tuple[str, str], float]) -> Alignment | None:
    """The phones of each letter along the best path; None when the word has more than two phones a letter."""
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for letter in word:
        reached: dict[int, tuple[float, int]] = {}
        for at, (score, _) in best[-1].items():
            for taken in range(min(2, len(phones) - at) + 1):
                sounds = " ".join(phones[at : at + taken])
                total = score + scores.get((letter, sounds), RARE * max(1, taken))
                if at + taken not in reached or total > reached[at + taken][0]:
                    reached[at + taken] = (total, at)
        best.append(reached)
    if len(phones) not in best[-1]:
        return None
    found: Alignment = []
    at = len(phones)
    for reached in reversed(best[1:]):
        before = reached[at][1]
        found.append(" ".join(phones[before:at]))
        at = before
    return found[::-1]


def keep_what_matters(aligned: list[tuple[str, Alignment]]) -> dict[str, str]:
    table: dict[str, str] = {}
    said = [[""] * len(word) for word, _ in aligned]
    for left, right in CONTEXTS:
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        narrower: dict[str, str] = {}
        for (word, sounds), before in zip(aligned, said, strict=True):
            for at, sound in enumerate(sounds):
                key = context(word, at, left, right)
                counts[key][sound] += 1
                narrower[key] = before[at]
        wide = left + right > 2
        for key, counter in counts.items():
            sound, seen = counter.most_common(1)[0]
            gain = seen - counter[narrower[key]]
            if not wide or (gain > 0 and seen >= LEAST_SEEN):
                table[key] = sound
        for (word, _), before in zip(aligned, said, strict=True):
            for at in range(len(word)):
                before[at] = table.get(context(word, at, left, right), before[at])
    return table


def phone_error(entries: list[Entry], table: Mapping[str, str]) -> float:
    wrong = sum(distance(phones, letters_to_phones(word, table).split()) for word, phones in entries)
    return wrong / sum(len(phones) for _, phones in entries)


def words_right(entries: list[Entry], table: Mapping[str, str]) -> float:
    return sum(tuple(letters_to_phones(word, table).split()) == phones for word, phones in entries) / len(entries)


def distance(reference: Iterable[str], found: list[str]) -> int:
    row = list(range(len(found) + 1))
    for number, phone in enumerate(reference, 1):
        previous, row[0] = row[0], number
        for at, other in enumerate(found, 1):
            previous, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, previous + (phone != other))
    return row[-1]


if __name__ == "__main__":
    main()
