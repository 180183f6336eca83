-- Question: which exchanges of an experiment still lack a finding of today's panel? Grain: one row per exchange.
SELECT replayed.exchange_id AS exchange_id
FROM
(
    SELECT exchange_id, count() AS lanes
    FROM {database}.replays FINAL
    WHERE experiment_id = {experiment_id:String}
    GROUP BY exchange_id
) AS replayed
INNER JOIN (SELECT DISTINCT exchange_id FROM {database}.exchanges WHERE suite != 'canary@1') AS stored USING (exchange_id)
LEFT JOIN
(
    SELECT exchange_id, count() AS findings
    FROM {database}.judgements FINAL
    WHERE experiment_id = {experiment_id:String} AND has({panel:Array(String)}, concat(judge, '@', version))
    GROUP BY exchange_id
) AS judged USING (exchange_id)
WHERE judged.findings < replayed.lanes * length({panel:Array(String)})
ORDER BY exchange_id
