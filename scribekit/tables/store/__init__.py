"""The derived tables of a corpus: Parquet files in its folder ``tables/``, made from the stored transcripts.

They can be deleted at any time. Rows are stored in *parts*: the tables of some recordings, written once and never changed. A part whose
recordings people have edited has a second edition, with the edits applied. ``catalogue.sqlite`` lists the files that count. A file that it
does not list was left by a crash or has been replaced, and is deleted some time later.

``catalogue`` and ``parquet`` own the files, ``build`` makes parts (with the help of a second process, ``__main__``), ``maintain`` repairs
and merges parts and applies edits to them, and ``refresh`` brings the tables up to date for a verb. ``check`` reads every byte.

The catalogue has the SHA-256 of every file, which is verified when a process first reads the file, and a checksum of what it says itself
about each part.

Doors: ``reuse``, the words tables as a source for the search index, and ``check``.
"""

from scribekit.tables.store.catalogue import AS_RECEIVED, REVIEWED, Catalogue, File, Part, StoredTranscript
from scribekit.tables.store.parquet import FOLDER, Folder

__all__ = ["AS_RECEIVED", "FOLDER", "REVIEWED", "Catalogue", "File", "Folder", "Part", "StoredTranscript"]
