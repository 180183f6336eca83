-- Question: what was a decision computed from? Grain: one row per part, in order.
SELECT part, parts, seed, resamples, score_card, reading
FROM {database}.decision_inputs FINAL
WHERE decision_id = {decision_id:String}
ORDER BY part
