-- Question: what did the lanes do as agents? Grain: one row per run, in the order of the table's key.
SELECT record
FROM {database}.transcripts FINAL
WHERE experiment_id = {experiment_id:String}
ORDER BY suite, task_id, lane, trial
