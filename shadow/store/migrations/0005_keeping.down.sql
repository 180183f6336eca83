-- Question: how is 0005 undone? What was deleted in the meantime stays deleted.

ALTER TABLE {database}.examples {on_cluster} REMOVE TTL;

ALTER TABLE {database}.experiment_versions {on_cluster} REMOVE TTL;

ALTER TABLE {database}.decisions {on_cluster} REMOVE TTL;

ALTER TABLE {database}.exchanges {on_cluster}
    MODIFY COLUMN conversation_id CODEC(Default),
    MODIFY COLUMN captured_at CODEC(Default),
    MODIFY COLUMN live_ttft_ms CODEC(Default),
    MODIFY COLUMN live_e2e_ms CODEC(Default);

ALTER TABLE {database}.replays {on_cluster}
    MODIFY COLUMN conversation_id CODEC(Default),
    MODIFY COLUMN sent_at CODEC(Default),
    MODIFY COLUMN parameters_hash CODEC(Default),
    MODIFY COLUMN schedule_delay_ms CODEC(Default),
    MODIFY COLUMN ttft_ms CODEC(Default),
    MODIFY COLUMN ttft_scheduled_ms CODEC(Default),
    MODIFY COLUMN tpot_ms CODEC(Default),
    MODIFY COLUMN e2e_ms CODEC(Default),
    MODIFY COLUMN server_ttft_ms CODEC(Default);

ALTER TABLE {database}.exchanges {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.replays {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.judgements {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.examples {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.experiment_versions {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.ledger {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.lane_ledger {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.self_checks {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.server_metrics {on_cluster} MODIFY COMMENT '';
ALTER TABLE {database}.decisions {on_cluster} MODIFY COMMENT '';
