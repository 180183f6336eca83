-- Question: what were the exchanges that the experiment replayed? Grain: one row per exchange.
SELECT
    exchange.exchange_id AS exchange_id,
    exchange.captured_at AS captured_at,
    exchange.category AS category,
    exchange.suite AS suite,
    exchange.weight AS weight,
    exchange.by_floor AS by_floor,
    example.danger AS danger
FROM
(
    SELECT exchange_id, captured_at, category, suite, example_id, weight, by_floor
    FROM {database}.exchanges FINAL
    WHERE suite != 'canary@1'
        AND exchange_id IN (SELECT exchange_id FROM {database}.replays WHERE experiment_id = {experiment_id:String})
) AS exchange
LEFT JOIN (SELECT suite, example_id, danger FROM {database}.examples FINAL) AS example
    ON example.suite = exchange.suite AND example.example_id = exchange.example_id
ORDER BY exchange_id
