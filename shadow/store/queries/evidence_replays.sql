-- Question: what did each lane answer, reduced to what is counted? Grain: one row per replay of the experiment.
SELECT exchange_id, conversation_id, lane, outcome, ttft_ms, e2e_ms, completion_tokens, void_reason, sent_at, parameters_hash,
    weight, fingerprint
FROM {database}.replays FINAL
WHERE experiment_id = {experiment_id:String}
ORDER BY exchange_id, lane
