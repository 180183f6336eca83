-- Question: how is 0006 undone? What its columns held is lost.

ALTER TABLE {database}.examples {on_cluster}
    DROP COLUMN danger,
    DROP COLUMN canary,
    DROP COLUMN family,
    DROP COLUMN record;
