-- What people changed: appended to, never altered. An undo is a row like any other.
CREATE TABLE edits (
    edit_id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    who TEXT NOT NULL,
    -- What it is about: the SHA-256 of the file, or the URL, so that it outlives a new transcription.
    content TEXT NOT NULL,
    -- The transcript that was looked at.
    transcript_id TEXT NOT NULL,
    -- Edits that were made, and are undone, as one.
    edit_group INTEGER NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX edits_content ON edits (content)
