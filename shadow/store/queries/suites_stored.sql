-- Question: which suites were ever run, and how large are they? Grain: one row per suite.
SELECT
    suite,
    count() AS examples,
    uniqExact(category) AS categories,
    countIf(danger != '') AS dangerous,
    min(stored_at) AS first_stored_at
FROM {database}.examples FINAL
GROUP BY suite
ORDER BY first_stored_at, suite
