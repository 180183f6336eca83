-- Question: which runs of a suite need not be made again? Grain: one row per lane, task and trial that did not fail.
SELECT lane, task_id, trial, fingerprint
FROM {database}.transcripts FINAL
WHERE experiment_id = {experiment_id:String} AND suite = {suite:String} AND ending != 'failed'
ORDER BY lane, task_id, trial
