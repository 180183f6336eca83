-- Question: how long is each record kept, and how small? Grain: the tables of 0001 and 0003.
-- Random keys and measured floats shrink by a third to a half under ZSTD; sorting keys stay as they are, for speed.

ALTER TABLE {database}.examples {on_cluster} MODIFY TTL toDateTime(stored_at) + INTERVAL 400 DAY;

ALTER TABLE {database}.experiment_versions {on_cluster} MODIFY TTL toDateTime(updated_at) + INTERVAL 1100 DAY;

ALTER TABLE {database}.decisions {on_cluster} MODIFY TTL toDateTime(decided_at) + INTERVAL 1100 DAY;

ALTER TABLE {database}.exchanges {on_cluster}
    MODIFY COLUMN conversation_id CODEC(ZSTD(1)),
    MODIFY COLUMN captured_at CODEC(ZSTD(1)),
    MODIFY COLUMN live_ttft_ms CODEC(ZSTD(1)),
    MODIFY COLUMN live_e2e_ms CODEC(ZSTD(1));

ALTER TABLE {database}.replays {on_cluster}
    MODIFY COLUMN conversation_id CODEC(ZSTD(1)),
    MODIFY COLUMN sent_at CODEC(ZSTD(1)),
    MODIFY COLUMN parameters_hash CODEC(ZSTD(1)),
    MODIFY COLUMN schedule_delay_ms CODEC(ZSTD(1)),
    MODIFY COLUMN ttft_ms CODEC(ZSTD(1)),
    MODIFY COLUMN ttft_scheduled_ms CODEC(ZSTD(1)),
    MODIFY COLUMN tpot_ms CODEC(ZSTD(1)),
    MODIFY COLUMN e2e_ms CODEC(ZSTD(1)),
    MODIFY COLUMN server_ttft_ms CODEC(ZSTD(1));

ALTER TABLE {database}.exchanges {on_cluster} MODIFY COMMENT 'One row per exchange: all that capture published.';
ALTER TABLE {database}.replays {on_cluster} MODIFY COMMENT 'One row per experiment, exchange and lane: what was answered, and how fast.';
ALTER TABLE {database}.judgements {on_cluster} MODIFY COMMENT 'One row per judge, exchange and lane: what the judge found, in its last version.';
ALTER TABLE {database}.examples {on_cluster} MODIFY COMMENT 'One row per example of a suite.';
ALTER TABLE {database}.experiment_versions {on_cluster} MODIFY COMMENT 'One row per change of an experiment: the audit log.';
ALTER TABLE {database}.ledger {on_cluster} MODIFY COMMENT 'One row per capture process, minute, door, route, disposition and reason: requests.';
ALTER TABLE {database}.lane_ledger {on_cluster} MODIFY COMMENT 'One row per record that an experiment''s workers consumed: what became of it.';
ALTER TABLE {database}.self_checks {on_cluster} MODIFY COMMENT 'One row per worker and window: whether the measuring client itself was the bottleneck.';
ALTER TABLE {database}.server_metrics {on_cluster} MODIFY COMMENT 'One row per worker, deployment and scrape: what the server said of itself.';
ALTER TABLE {database}.decisions {on_cluster} MODIFY COMMENT 'One row per decision.';
