-- Question: what was asked and answered in these pairs? Grain: one row per pair; anonymised text.
SELECT
    pair.exchange_id AS exchange_id,
    asked.shape AS shape,
    asked.request AS request,
    pair.baseline_text AS baseline_text,
    pair.baseline_tool_calls AS baseline_tool_calls,
    pair.baseline_outcome AS baseline_outcome,
    pair.candidate_text AS candidate_text,
    pair.candidate_tool_calls AS candidate_tool_calls,
    pair.candidate_outcome AS candidate_outcome
FROM
(
    SELECT *
    FROM {database}.pairs
    WHERE experiment_id = {experiment_id:String} AND exchange_id IN {exchange_ids:Array(String)}
) AS pair
INNER JOIN
(
    SELECT exchange_id, shape, request FROM {database}.exchanges FINAL WHERE exchange_id IN {exchange_ids:Array(String)}
) AS asked ON asked.exchange_id = pair.exchange_id
ORDER BY exchange_id
