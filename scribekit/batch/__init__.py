"""From a manifest to stored transcripts: priced, planned, submitted and collected.

The verbs are in :mod:`~scribekit.batch.transcribe`, :mod:`~scribekit.batch.pricing`, :mod:`~scribekit.batch.planning`,
:mod:`~scribekit.batch.purge` and :mod:`~scribekit.batch.alerts`; a notebook collects through
:mod:`~scribekit.batch.background`. A manifest becomes jobs (:mod:`~scribekit.batch.jobs`), which are recorded in the ledger
before anything is sent. What follows is decided in one pure function, :func:`scribekit.batch.steps.next_step`, and done by
:mod:`~scribekit.batch.engine`. The room owns the background thread and every rule about retries and back-off.

Doors: ``transcribe``, ``background``, ``pricing``, ``planning`` and ``engine.loop``.
"""
