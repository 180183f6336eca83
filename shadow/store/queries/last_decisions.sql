-- Question: what was decided last of every experiment? Grain: one row per experiment.
SELECT experiment_id, decision_id, decided_at, record
FROM {database}.decisions FINAL
ORDER BY experiment_id, decided_at DESC, decision_id DESC
LIMIT 1 BY experiment_id
