-- Question: which migrations are applied? Grain: one row per applied migration.
SELECT number FROM {database}.migrations FINAL WHERE applied ORDER BY number
