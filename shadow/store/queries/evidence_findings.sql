-- Question: what did one judge find? Grain: one row per exchange and lane, in the judge's last version.
-- `key` stands for the exchange: two of a million exchanges share one in 37 million experiments.
SELECT
    sipHash64(exchange_id) AS key,
    lane,
    version,
    finding,
    value,
    label,
    severity
FROM {database}.judgements FINAL
WHERE experiment_id = {experiment_id:String} AND judge = {judge:String}
