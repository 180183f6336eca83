-- Question: what did each deployment do for the experiment, by whatever worker? Grain: one row per deployment.
-- Busy is the union of the replays' spans, so that replays in flight together count once, over all workers.
-- Canaries are not paid from the budget. A reply without a token count counts one token per output event, the least it was.
SELECT
    deployment_id,
    sum(prompt) AS prompt_tokens,
    sum(output) AS output_tokens,
    sum(greatest(end_ms - greatest(start_ms, reached_ms), 0)) / 1000 AS busy_s,
    max(end_ms) / 1000 AS busy_until_s
FROM
(
    SELECT
        deployment_id,
        prompt,
        output,
        start_ms,
        end_ms,
        max(end_ms) OVER (
            PARTITION BY deployment_id ORDER BY start_ms, end_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_ms
    FROM
    (
        SELECT
            toString(deployment_id) AS deployment_id,
            toInt64(ifNull(prompt_tokens, 0)) AS prompt,
            toInt64(ifNull(completion_tokens, length(itl_ms) + (ttft_ms IS NOT NULL))) AS output,
            toUnixTimestamp64Milli(sent_at) AS start_ms,
            start_ms + toInt64(ifNull(e2e_ms, 0)) AS end_ms
        FROM {database}.replays FINAL
        WHERE experiment_id = {experiment_id:String}
            AND outcome != 'not_sent'
            AND exchange_id NOT IN (SELECT exchange_id FROM {database}.exchanges WHERE suite = 'canary@1')
    )
)
GROUP BY deployment_id
ORDER BY deployment_id
