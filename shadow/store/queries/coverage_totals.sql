-- Question: how many requests has capture accounted for, in all? Grain: one row per disposition.
SELECT toString(disposition) AS disposition, sum(requests) AS requests
FROM {database}.ledger FINAL
GROUP BY disposition
