-- Question: which lanes have answered the canary? Grain: one row per experiment and lane.
SELECT experiment_id, lane, outcome, error
FROM {database}.replays FINAL
WHERE has({experiment_ids:Array(String)}, experiment_id) AND exchange_id = {exchange_id:String}
ORDER BY experiment_id, lane
