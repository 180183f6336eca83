-- Question: does every request of the last hour stand in the books? Grain: one row; the last two minutes are still open.
SELECT
    sum(seen) AS seen,
    sum(published) + sum(sampled_out) + sum(dropped) AS accounted
FROM {database}.coverage
WHERE minute >= now() - INTERVAL 62 MINUTE AND minute < now() - INTERVAL 2 MINUTE
