-- Question: what became of each request of a load run? Grain: one row per request.
SELECT *
FROM {database}.load_requests FINAL
WHERE experiment_id = {experiment_id:String} AND run_id = {run_id:String}
ORDER BY loop, amount, lane, block, number
