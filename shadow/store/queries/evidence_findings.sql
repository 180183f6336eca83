-- Question: what did one judge find? Grain: one row per exchange and lane, in the judge's last version.
SELECT
    exchange_id,
    lane,
    version,
    finding,
    value,
    label,
    severity
FROM {database}.judgements FINAL
WHERE experiment_id = {experiment_id:String} AND judge = {judge:String}
