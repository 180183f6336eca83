-- Question: what did the lanes do on one task? Grain: one row per lane and trial.
SELECT record
FROM {database}.transcripts FINAL
WHERE experiment_id = {experiment_id:String} AND task_id = {task_id:String}
ORDER BY suite, lane, trial
