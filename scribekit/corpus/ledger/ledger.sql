CREATE TABLE batches (
    batch_id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    created_at REAL NOT NULL,
    budget_usd REAL,
    manifest BLOB NOT NULL
);
CREATE TABLE jobs (
    key TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    options TEXT NOT NULL,
    duration_s REAL,
    sha256 TEXT,
    estimate_usd REAL,
    state TEXT NOT NULL,
    upload_url TEXT,
    uploaded_at REAL,
    transcript_id TEXT,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    intent_at REAL,
    bookmark TEXT,
    submitted_at REAL,
    completed_at REAL,
    error_kind TEXT,
    error TEXT,
    -- The batch that pays for it: the first that planned it, until money has been reserved.
    batch_id INTEGER NOT NULL REFERENCES batches,
    reserved_usd REAL,
    -- Why it may not be sent yet: 'budget', 'no_length' or 'options' (the service refused others with the same).
    held TEXT,
    lease_owner TEXT,
    lease_until REAL
);
CREATE INDEX jobs_open ON jobs (state IN ('planned', 'uploaded'), COALESCE(duration_s, 3600) DESC)
    WHERE state NOT IN ('completed', 'error');
CREATE INDEX jobs_leased ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;
CREATE INDEX jobs_content ON jobs (COALESCE(sha256, source));
CREATE INDEX jobs_batch ON jobs (batch_id);
CREATE INDEX jobs_done ON jobs (completed_at);
CREATE TABLE recordings (
    batch_id INTEGER NOT NULL REFERENCES batches,
    position INTEGER NOT NULL,
    recording_id TEXT NOT NULL,
    source TEXT NOT NULL,
    job_key TEXT REFERENCES jobs,
    error_kind TEXT,
    error TEXT,
    PRIMARY KEY (batch_id, position)
) WITHOUT ROWID;
CREATE INDEX recordings_job ON recordings (job_key);
CREATE INDEX recordings_name ON recordings (recording_id, batch_id);
-- Every transcript that was created for a job. A transcript at the service that is not in this table may be a lost one.
CREATE TABLE attempts (
    transcript_id TEXT PRIMARY KEY,
    job_key TEXT NOT NULL REFERENCES jobs,
    at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE payloads (
    job_key TEXT PRIMARY KEY REFERENCES jobs,
    transcript_id TEXT NOT NULL,
    received_at REAL NOT NULL,
    audio_duration_s REAL,
    confidence REAL,
    model TEXT,
    language TEXT,
    cost_usd REAL,
    body BLOB NOT NULL
);
CREATE TABLE events (
    event_id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    job_key TEXT,
    transcript_id TEXT,
    state TEXT,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX events_limited ON events (at) WHERE event = 'rate limited';
-- The transcripts that the user had deleted at the service.
CREATE TABLE deletions (
    transcript_id TEXT PRIMARY KEY,
    job_key TEXT NOT NULL REFERENCES jobs,
    at REAL NOT NULL
) WITHOUT ROWID;
