-- Question: which blocks of a load run are stored, and what was asked for? Grain: one row per block.
SELECT *
FROM {database}.load_levels FINAL
WHERE experiment_id = {experiment_id:String} AND run_id = {run_id:String}
ORDER BY started_at
