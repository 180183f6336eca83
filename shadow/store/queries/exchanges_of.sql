-- Question: what was asked in these exchanges, and how is a suite's example judged? Grain: one row per exchange.
SELECT
    exchange.exchange_id AS exchange_id,
    exchange.record AS record,
    example.checks AS checks,
    example.reference AS expected,
    example.danger AS danger,
    example.canary AS canary
FROM (SELECT * FROM {database}.exchanges FINAL WHERE has({exchange_ids:Array(String)}, exchange_id)) AS exchange
LEFT JOIN (SELECT suite, example_id, checks, reference, danger, canary FROM {database}.examples FINAL) AS example
    ON example.suite = exchange.suite AND example.example_id = exchange.example_id
ORDER BY exchange_id
