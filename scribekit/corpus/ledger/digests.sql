-- The first 16 bytes of the SHA-256 of a stored transcript (by the key of its job) or of a manifest ('batch' and its number).
CREATE TABLE digests (
    name TEXT PRIMARY KEY,
    digest BLOB NOT NULL
) WITHOUT ROWID;
-- Of the edit, and of all earlier ones of the same content.
ALTER TABLE edits ADD COLUMN digest BLOB;
-- The CRC-32 of the row: of these, all of a batch are read at once.
ALTER TABLE recordings ADD COLUMN crc INTEGER
