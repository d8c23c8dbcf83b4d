"""What a verb could not read of a corpus, and the sentence that says so. Pure."""

from __future__ import annotations

from pathlib import Path

_SHOWN = 10
TRANSCRIPT, NO_TRANSCRIPT, EDITS, JOB = (
    "its transcript is damaged",
    "its transcript is missing from the ledger",
    "its edits are damaged; with reviewed=False it is read as received",
    "its job is damaged",
)


class Damage:
    """What one connection to the ledger could not read.

    Attributes:
        recordings: Recording id → what is damaged.
        others: Sentences about anything else.
    """

    def __init__(self) -> None:
        self.recordings: dict[str, str] = {}
        self.others: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.recordings or self.others)

    def sentence(self, corpus: Path) -> str:
        """Say what is damaged, and what helps.

        Example:
            >>> damage = Damage()
            >>> damage.recordings["a.mp3"] = TRANSCRIPT
            >>> print(damage.sentence(Path("corpus")))
            1 recording cannot be read and is left out: 'a.mp3' (its transcript is damaged). All others are complete. Run
            sk.check_corpus('corpus', repair=True), then sk.collect: what the service still has (for 30 days by default) is fetched again,
            and not paid for again.
        """
        parts = list(self.others)
        if self.recordings:
            named = [f"{name!r} ({what})" for name, what in list(self.recordings.items())[:_SHOWN]]
            more = [f"and {len(self.recordings) - _SHOWN:,} more"] if len(self.recordings) > _SHOWN else []
            is_one = len(self.recordings) == 1
            who = "1 recording cannot be read and is" if is_one else f"{len(self.recordings):,} recordings cannot be read and are"
            parts.append(
                f"{who} left out: {', '.join([*named, *more])}. All others are complete. "
                f"Run sk.check_corpus({str(corpus)!r}, repair=True), then sk.collect: what the service still has (for 30 days by default) "
                "is fetched again, and not paid for again."
            )
        return " ".join(parts)
