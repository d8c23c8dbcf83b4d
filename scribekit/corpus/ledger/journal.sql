-- The edits that people made. Rows are appended, never changed. An undo is a row too.
CREATE TABLE edits (
    edit_id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    who TEXT NOT NULL,
    -- The SHA-256 of the file, or the URL, so that the edit outlives a new transcription.
    content TEXT NOT NULL,
    -- The transcript that the person saw.
    transcript_id TEXT NOT NULL,
    -- The number of edits that were made together, and are undone together.
    edit_group INTEGER NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX edits_content ON edits (content)
