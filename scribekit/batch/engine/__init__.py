"""The engine: one asynchronous loop that sends, awaits and stores many jobs at once.

:mod:`~scribekit.batch.engine.loop` owns the background thread, and is the door between the synchronous verbs and the
engine. :mod:`~scribekit.batch.engine.engine` performs the steps that :mod:`scribekit.batch.steps` decides on,
:mod:`~scribekit.batch.engine.poller` waits for the service, :mod:`~scribekit.batch.engine.outages` for a network or a
service that has gone away, :mod:`~scribekit.batch.engine.reconcile` finds the transcripts of lost answers, and
:mod:`~scribekit.batch.engine.run` holds what one run is made of.
"""
