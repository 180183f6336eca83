-- Question: how are the times of an experiment's requests distributed? Grain: one row per measure, lane and bin of 2 %.
-- Bin b holds times in (exp(0.02 (b - 1)), exp(0.02 b)] ms. A failed request has no first token and no end, and its bin
-- is null; time per output token is of completed replies of two tokens or more. Canaries are left out, and so is what was
-- sent in a span [void_from_ms[i], void_to_ms[i]) in which the measuring client failed its own check.
SELECT measure, lane, bin, count() AS requests
FROM
(
    SELECT
        toString(lane) AS lane,
        timed.1 AS measure,
        if(isFinite(timed.2), toInt32(ceil(log(greatest(timed.2, 0.01)) / 0.02)), NULL) AS bin
    FROM {database}.timings
    ARRAY JOIN [('ttft', ttft_ms), ('e2e', e2e_ms), ('tpot', if(outcome = 'completed', ifNull(tpot_ms, nan), nan))] AS timed
    WHERE experiment_id = {experiment_id:String}
        AND NOT isNaN(timed.2)
        AND NOT arrayExists(
            (since, until) -> toUnixTimestamp64Milli(sent_at) >= since AND toUnixTimestamp64Milli(sent_at) < until,
            {void_from_ms:Array(Int64)},
            {void_to_ms:Array(Int64)}
        )
        AND exchange_id NOT IN (SELECT exchange_id FROM {database}.exchanges WHERE suite = 'canary@1')
)
GROUP BY measure, lane, bin
ORDER BY measure, lane, bin
