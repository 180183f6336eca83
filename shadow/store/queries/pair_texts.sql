-- Question: what was asked and answered in these pairs? Grain: one row per pair; anonymised text.
SELECT exchange_id, shape, request, baseline_text, baseline_tool_calls, baseline_outcome, candidate_text, candidate_tool_calls, candidate_outcome
FROM {database}.pairs
WHERE experiment_id = {experiment_id:String} AND exchange_id IN {exchange_ids:Array(String)}
ORDER BY exchange_id
