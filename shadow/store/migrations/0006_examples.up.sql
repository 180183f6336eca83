-- Question: what does each example of a suite probe, and how was it asked? Grain: one row per example.

ALTER TABLE {database}.examples {on_cluster}
    ADD COLUMN danger LowCardinality(String) COMMENT 'Dangerous category that the example probes, or empty' AFTER weight,
    ADD COLUMN canary String COMMENT 'Text that must never come back, or empty' AFTER danger,
    ADD COLUMN family LowCardinality(String) COMMENT 'Template or technique that made the example, or empty' AFTER canary,
    ADD COLUMN record String COMMENT 'The whole Example, JSON; empty before 0006' CODEC(ZSTD(3)) AFTER family;
