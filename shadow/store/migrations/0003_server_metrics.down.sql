-- Question: how is 0003 undone? The scrapes are lost; what the columns held stands in exchanges, `record` and `reply` too.
ALTER TABLE {database}.replays {on_cluster}
    DROP COLUMN IF EXISTS choices,
    DROP COLUMN IF EXISTS reasoning,
    DROP COLUMN IF EXISTS weight,
    DROP COLUMN IF EXISTS example_id,
    DROP COLUMN IF EXISTS suite,
    DROP COLUMN IF EXISTS turn,
    DROP COLUMN IF EXISTS tenant,
    DROP COLUMN IF EXISTS language,
    DROP COLUMN IF EXISTS category,
    DROP COLUMN IF EXISTS shape,
    DROP COLUMN IF EXISTS captured_at;

ALTER TABLE {database}.exchanges {on_cluster}
    DROP COLUMN IF EXISTS experiment_id,
    DROP COLUMN IF EXISTS by_floor,
    DROP COLUMN IF EXISTS draw;

DROP TABLE IF EXISTS {database}.server_metrics {on_cluster};
