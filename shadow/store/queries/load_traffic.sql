-- Question: what did production ask last? Grain: one row per exchange, latest first.
SELECT record
FROM {database}.exchanges FINAL
WHERE suite = ''
ORDER BY captured_at DESC
LIMIT {most:UInt32}
