-- Question: what did the judges find? Grain: one row per judge, exchange and lane, in the judge's last version.
SELECT exchange_id, lane, judge, version, finding, value, label, severity, reason
FROM {database}.judgements FINAL
WHERE experiment_id = {experiment_id:String}
ORDER BY exchange_id, lane, judge
