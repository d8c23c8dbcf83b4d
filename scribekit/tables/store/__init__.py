"""The derived tables of a corpus: Parquet files in its folder ``tables/``, made from the stored transcripts and thrown away at will.

Rows lie in *parts*: the tables of some recordings, written once and never altered. A part whose recordings people have edited has a
second edition beside the first, with the edits applied. ``catalogue.sqlite`` says which files count; a file that it does not
name is the remainder of a crash, or was replaced a while ago, and is deleted some time later.
"""

from scribekit.tables.store.catalogue import AS_RECEIVED, REVIEWED, Catalogue, File, Part, StoredTranscript
from scribekit.tables.store.parquet import FOLDER, Folder

__all__ = ["AS_RECEIVED", "FOLDER", "REVIEWED", "Catalogue", "File", "Folder", "Part", "StoredTranscript"]
