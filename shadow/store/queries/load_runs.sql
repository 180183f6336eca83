-- Question: which load runs are stored? Grain: one row per experiment and run; an empty name asks for all.
SELECT experiment_id, run_id, min(started_at) AS began_at, count() AS blocks, sum(requests) AS requests,
    countIf(unsteady_reason != '') AS unsteady, countIf(void_reason != '') AS void
FROM {database}.load_levels FINAL
WHERE {experiment_id:String} IN ('', experiment_id)
GROUP BY experiment_id, run_id
ORDER BY began_at DESC
