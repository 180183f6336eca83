-- Question: what was each decision computed from? Grain: one row per part of a decision's inputs.
CREATE TABLE IF NOT EXISTS {database}.decision_inputs {on_cluster}
(
    decision_id   String COMMENT 'Hash of the decision''s JSON',
    experiment_id LowCardinality(String) COMMENT 'Experiment',
    part          UInt16 COMMENT 'Place among the parts, from 0',
    parts         UInt16 COMMENT 'Parts that there are, count',
    seed          UInt64 COMMENT 'Seed of the bootstraps',
    resamples     UInt32 COMMENT 'Resamples of each bootstrap, count',
    score_card    String COMMENT 'The score card, JSON; in part 0 alone' CODEC(ZSTD(3)),
    reading       String COMMENT 'What the store had answered, an archive in base64; no payload, conversations by rank' CODEC(ZSTD(3)),
    kept_at       DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(kept_at)
ORDER BY (decision_id, part)
TTL toDateTime(kept_at) + INTERVAL 1100 DAY
COMMENT 'One row per part of what a decision was computed from, so that it can be computed again.';
