-- The figures of a corpus are counted from these indexes, so that counting 100,000 jobs reads none of their wide rows.
CREATE INDEX jobs_figures ON jobs (batch_id, state, duration_s, estimate_usd);
DROP INDEX jobs_batch;
-- The few jobs that need more than a count.
CREATE INDEX jobs_marked ON jobs (batch_id, held, lease_owner, failures, reserved_usd, duration_s, estimate_usd, state)
    WHERE state NOT IN ('completed', 'error') AND (held IS NOT NULL OR failures > 0 OR reserved_usd IS NOT NULL);
CREATE INDEX jobs_payer ON jobs (key, batch_id);
CREATE INDEX recordings_shared ON recordings (batch_id, job_key) WHERE error_kind IS NOT NULL;
CREATE INDEX payloads_figures ON payloads (job_key, cost_usd, audio_duration_s)
