-- Question: what was asked in these exchanges, and what did the baseline answer? Grain: one row per exchange.
SELECT exchange.exchange_id AS exchange_id, exchange.record AS record, exchange.live_text AS live_text,
       answered.text AS baseline_text
FROM
(
    SELECT exchange_id, record, live_text
    FROM {database}.exchanges FINAL
    WHERE has({exchange_ids:Array(String)}, exchange_id)
) AS exchange
LEFT JOIN
(
    SELECT exchange_id, argMax(text, sent_at) AS text
    FROM {database}.replays
    WHERE lane = 'baseline' AND outcome = 'completed' AND has({exchange_ids:Array(String)}, exchange_id)
    GROUP BY exchange_id
) AS answered ON answered.exchange_id = exchange.exchange_id
ORDER BY exchange_id
