-- Question: what time is it for ClickHouse, which version is it, and how full is it? Grain: one row.
SELECT
    toFloat64(now64(6)) AS now_s,
    version() AS version,
    (SELECT min(free_space) FROM system.disks) AS free_bytes,
    (SELECT min(free_space / total_space) FROM system.disks WHERE total_space > 0) AS free_ratio
