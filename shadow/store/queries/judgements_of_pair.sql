-- Question: what did every judge find in each lane's answer to one exchange? Grain: one row per judge and lane.
SELECT lane, judge, version, finding, value, label, severity, reason, spans, judged_at
FROM {database}.judgements FINAL
WHERE experiment_id = {experiment_id:String} AND exchange_id = {exchange_id:String}
ORDER BY severity DESC, judge, lane
