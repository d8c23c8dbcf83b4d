"""A corpus as tables and files.

``frames`` gives the tables of ``schema`` as DataFrames (``sk.to_frame``) or as datasets that other engines read in place
(``sk.scan_frame``). ``export`` writes transcripts as text, subtitle and JSON files (``sk.export``). Both are projections of the stored
transcripts: they send nothing to the service and can be repeated at any time. ``selection`` decides whether rows come from the
transcripts or from the Parquet copy, which ``store`` keeps up to date. This package owns the folder ``tables/`` of a corpus and the files
of an export.

Doors: ``frames``, ``export``, ``arrow`` (Arrow types and ``where=`` conditions), ``store.reuse`` (tables as a source for the search
index) and ``store.check``.
"""
