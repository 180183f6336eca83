-- Question: what was decided of an experiment, the last first? Grain: one row per decision.
SELECT decision_id, decided_at, verdict, record
FROM {database}.decisions FINAL
WHERE experiment_id = {experiment_id:String}
ORDER BY decided_at DESC, decision_id
LIMIT {most:UInt32}
