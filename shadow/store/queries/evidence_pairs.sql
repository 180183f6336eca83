-- Question: what did the lanes answer to each exchange, reduced to what is counted? Grain: one row per exchange, ordered.
-- The table's order is that of the grouping, so that it streams; `foreign` counts answers of deployments of before a split.
-- `bucket` stands for the conversation in every experiment alike, and for a thousand others too.
SELECT pair.*, if(example.danger = '', pair.category, example.danger) AS hazard
FROM
(
    SELECT
        exchange_id,
        sipHash64(exchange_id) AS key,
        any(conversation_id) AS conversation_id,
        toUInt16(sipHash64(any(replays.conversation_id)) % 2048) AS bucket,
        toUnixTimestamp64Milli(any(replays.captured_at)) AS captured_ms,
        any(toString(replays.category)) AS category,
        any(toString(replays.suite)) AS suite,
        any(replays.example_id) AS example_id,
        any(toString(replays.shape)) AS route,
        any(toString(replays.language)) AS language,
        any(toString(replays.tenant)) AS tenant,
        any(replays.weight) AS weight,
        min(parameters_hash) = max(parameters_hash) AS same_parameters,
        countIf(fingerprint != if(lane = 'candidate', {candidate:String}, {baseline:String})) AS foreign,
        anyIf(prompt_tokens, lane = 'baseline') AS prompt_tokens,
        countIf(lane = 'baseline') > 0 AS baseline_drawn,
        anyIf(toString(outcome), lane = 'baseline') AS baseline_outcome,
        anyIf(ttft_ms, lane = 'baseline') AS baseline_ttft_ms,
        anyIf(e2e_ms, lane = 'baseline') AS baseline_e2e_ms,
        anyIf(completion_tokens, lane = 'baseline') AS baseline_completion_tokens,
        countIf(lane = 'baseline' AND void_reason != '') > 0 AS baseline_is_void,
        toUnixTimestamp64Milli(anyIf(sent_at, lane = 'baseline')) AS baseline_sent_ms,
        countIf(lane = 'candidate') > 0 AS candidate_drawn,
        anyIf(toString(outcome), lane = 'candidate') AS candidate_outcome,
        anyIf(ttft_ms, lane = 'candidate') AS candidate_ttft_ms,
        anyIf(e2e_ms, lane = 'candidate') AS candidate_e2e_ms,
        anyIf(completion_tokens, lane = 'candidate') AS candidate_completion_tokens,
        countIf(lane = 'candidate' AND void_reason != '') > 0 AS candidate_is_void,
        toUnixTimestamp64Milli(anyIf(sent_at, lane = 'candidate')) AS candidate_sent_ms,
        countIf(lane = 'baseline_again') > 0 AS baseline_again_drawn,
        anyIf(toString(outcome), lane = 'baseline_again') AS baseline_again_outcome,
        anyIf(ttft_ms, lane = 'baseline_again') AS baseline_again_ttft_ms,
        anyIf(e2e_ms, lane = 'baseline_again') AS baseline_again_e2e_ms,
        anyIf(completion_tokens, lane = 'baseline_again') AS baseline_again_completion_tokens,
        countIf(lane = 'baseline_again' AND void_reason != '') > 0 AS baseline_again_is_void,
        toUnixTimestamp64Milli(anyIf(sent_at, lane = 'baseline_again')) AS baseline_again_sent_ms
    FROM {database}.replays FINAL
    WHERE experiment_id = {experiment_id:String} AND suite != 'canary@1'
    GROUP BY exchange_id
) AS pair
LEFT JOIN (SELECT suite, example_id, danger FROM {database}.examples FINAL WHERE danger != '') AS example
    ON example.suite = pair.suite AND example.example_id = pair.example_id
ORDER BY exchange_id
SETTINGS optimize_aggregation_in_order = 1, prefer_column_name_to_alias = 1
