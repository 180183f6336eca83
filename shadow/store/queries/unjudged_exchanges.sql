-- Question: which exchanges of an experiment lack findings of today's panel, and of which judges? Grain: one row per exchange.
SELECT
    replayed.exchange_id AS exchange_id,
    arrayFilter(
        one -> NOT arrayExists(found -> found.1 = one AND found.2 >= replayed.lanes, judged.findings),
        {panel:Array(String)}
    ) AS missing
FROM
(
    SELECT exchange_id, count() AS lanes
    FROM {database}.replays FINAL
    WHERE experiment_id = {experiment_id:String}
    GROUP BY exchange_id
    HAVING countIf(lane = 'baseline') > 0
) AS replayed
INNER JOIN (SELECT DISTINCT exchange_id FROM {database}.exchanges WHERE suite != 'canary@1') AS stored USING (exchange_id)
LEFT JOIN
(
    SELECT exchange_id, groupArray((judge_version, lanes)) AS findings
    FROM
    (
        SELECT exchange_id, concat(judge, '@', version) AS judge_version, count() AS lanes
        FROM {database}.judgements FINAL
        WHERE experiment_id = {experiment_id:String} AND has({panel:Array(String)}, concat(judge, '@', version))
        GROUP BY exchange_id, judge_version
    )
    GROUP BY exchange_id
) AS judged USING (exchange_id)
WHERE notEmpty(missing)
ORDER BY exchange_id
