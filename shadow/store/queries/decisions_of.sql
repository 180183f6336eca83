-- Question: what was decided of an experiment up to a time, the last first? Grain: one row per decision.
SELECT decision_id, decided_at, record
FROM {database}.decisions FINAL
WHERE experiment_id = {experiment_id:String} AND decided_at <= {until:DateTime64(3, 'UTC')}
ORDER BY decided_at DESC, decision_id DESC
LIMIT {most:UInt32}
