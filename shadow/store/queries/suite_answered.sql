-- Question: to how many exchanges of a suite have both lanes answered? Grain: one row.
SELECT count() AS exchanges
FROM
(
    SELECT exchange_id, uniqExact(lane) AS lanes
    FROM {database}.replays
    WHERE experiment_id = {experiment_id:String} AND suite = {suite:String} AND lane IN ('baseline', 'candidate')
    GROUP BY exchange_id
)
WHERE lanes = 2
