"""One payload, purely: its columns, the edits of people, its captions and its export formats.

``frames`` turns payloads into the columns of tables. ``edits`` replays the journal of people's edits over a payload. ``captions`` cuts
words into cues. ``formats`` renders a transcript as the text of a file, ``readers`` reads one. Nothing here opens a file, a database or a
connection, or starts a thread.
"""
