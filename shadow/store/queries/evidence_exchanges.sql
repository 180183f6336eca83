-- Question: what were the exchanges that the experiment replayed? Grain: one row per exchange.
SELECT exchange_id, captured_at, category, suite, weight, by_floor
FROM {database}.exchanges FINAL
WHERE suite != 'canary@1'
    AND exchange_id IN (SELECT exchange_id FROM {database}.replays WHERE experiment_id = {experiment_id:String})
ORDER BY exchange_id
