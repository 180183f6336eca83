-- Question: which migrations has this database? Grain: one row per migration, the last one holds.
CREATE TABLE IF NOT EXISTS {database}.migrations {on_cluster}
(
    number  UInt16 COMMENT 'Number of the migration',
    title   String COMMENT 'Its title',
    applied Bool COMMENT 'Up, or down again',
    at      DateTime64(9, 'UTC') DEFAULT now64(9) COMMENT 'When'
)
ENGINE = {replacing}(at)
ORDER BY number;
