-- Question: what did every lane answer to these exchanges? Grain: one row per replay.
SELECT *
FROM {database}.replays FINAL
WHERE experiment_id = {experiment_id:String} AND has({exchange_ids:Array(String)}, exchange_id)
ORDER BY exchange_id, lane
