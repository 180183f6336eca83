-- Question: which experiments took the canary and did not replay it, and why? Grain: one row per experiment.
SELECT experiment_id, concat(disposition, ' ', reason) AS reason
FROM {database}.lane_ledger FINAL
WHERE has({experiment_ids:Array(String)}, experiment_id)
    AND partition = {partition:Int32}
    AND offset = {offset:Int64}
    AND disposition != 'replayed'
ORDER BY experiment_id
