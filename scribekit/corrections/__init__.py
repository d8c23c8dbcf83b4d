"""What people change in transcripts.

Every correction is a row in the ledger's journal of edits, so nothing is overwritten and everything can be undone. ``review`` corrects one
recording (``sk.review``), ``bulk`` many at once, and ``people`` names speakers. ``transcript`` is one recording with its edits applied,
read-only. The rules of edits are in ``transcripts.edits``; this package applies them to the current text, writes them down, and refuses an
edit when somebody else has edited the recording meanwhile.

Doors: ``review``, ``transcript``, ``bulk``, ``people``.
"""
