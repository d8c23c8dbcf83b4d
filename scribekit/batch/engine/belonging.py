"""Which transcripts and uploads belong to which recording, so that an answer that names another's is not believed."""

from __future__ import annotations

from scribekit.api.answers import Accepted, NoAnswer, Refused, Unusable, Uploaded
from scribekit.corpus.job import Job
from scribekit.corpus.ledger import Ledger


class Belonging:
    """Knows the transcripts and uploads of the corpus, and those that this run was told of and may not have recorded yet.

    Args:
        ledger: The open ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._transcripts: set[str] = set()
        self._uploads: dict[str, str | None] = {}
        self._recorded_uploads: set[int] | None = None

    def known_transcripts(self, ids: list[str]) -> set[str]:
        """Return those of the ids that belong to a job already."""
        return self._ledger.known_transcripts(ids) | self._transcripts.intersection(ids)

    def take(self, transcript_id: str) -> bool:
        """Give a transcript to the job that asks; return whether it was still to be had."""
        if self.known_transcripts([transcript_id]):
            return False
        self._transcripts.add(transcript_id)
        return True

    def created(self, answer: Accepted | Refused | NoAnswer) -> Accepted | Refused | NoAnswer:
        """Return an answer to the creation of a job; it is no answer when it names a transcript that belongs to a job already."""
        if isinstance(answer, Accepted) and not self.take(answer.transcript_id):
            return NoAnswer(sent=True, unreadable=True, why="named the transcript of another job")
        return answer

    def uploaded(self, job: Job, answer: Uploaded | Refused | NoAnswer | Unusable) -> Uploaded | Refused | NoAnswer | Unusable:
        """Return an answer to an upload; it is no answer when it names the address of an upload of other bytes."""
        if not isinstance(answer, Uploaded):
            return answer
        if self._is_of_other_bytes(answer.upload_url, job.sha256):
            return NoAnswer(sent=True, unreadable=True, why="named the address of another upload")
        self._uploads[answer.upload_url] = job.sha256
        return answer

    def _is_of_other_bytes(self, url: str, sha256: str | None) -> bool:
        if url in self._uploads:
            return self._uploads[url] != sha256
        if self._recorded_uploads is None:  # hashes: a large corpus has many addresses
            self._recorded_uploads = set(map(hash, self._ledger.upload_urls()))
        return hash(url) in self._recorded_uploads and self._ledger.has_upload(url, other_than=sha256)
