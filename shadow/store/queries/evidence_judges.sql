-- Question: who judged the experiment? Grain: one row per judge.
SELECT DISTINCT toString(judge) AS judge
FROM {database}.judgements
WHERE experiment_id = {experiment_id:String}
ORDER BY judge
