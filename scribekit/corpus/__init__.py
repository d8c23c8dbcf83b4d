"""The corpus folder: what was asked, paid for, received and corrected, and the handles on it.

A corpus is a folder, and its ``ledger.sqlite`` is the only durable state of scribekit: tables, the search index and exports can be rebuilt
from it. This package owns the ledger and the folder ``at-work/`` (which processes are at work), and says how every SQLite file in a corpus
is opened. It sends nothing to the service.

Doors: ``handles`` (``Corpus``, ``Batch``, ``open_corpus``), ``view`` (a corpus whose ledger is open), ``payloads`` (transcripts as received
or as corrected), ``ledger``, ``job`` (a job and its states), ``status`` (progress, pace and cost as figures and sentences), ``presence``
(the processes at work), ``sqlite`` (SQLite files that can be rebuilt), and the verb in ``relocate``.
"""
