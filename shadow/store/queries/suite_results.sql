-- Question: which examples of suites did each lane get right? Grain: one row per exchange and lane that was checked.
SELECT exchange.suite AS suite, exchange.example_id AS example_id, exchange.category AS category,
       exchange.exchange_id AS exchange_id, judged.lane AS lane, judged.value AS value, judged.reason AS reason
FROM
(
    SELECT exchange_id, suite, example_id, category
    FROM {database}.exchanges FINAL
    WHERE suite != '' AND experiment_id = {experiment_id:String}
) AS exchange
INNER JOIN
(
    SELECT exchange_id, lane, value, reason
    FROM {database}.judgements FINAL
    WHERE experiment_id = {experiment_id:String} AND judge = 'suite_check' AND finding = 'judgement'
) AS judged USING (exchange_id)
ORDER BY suite, example_id, exchange_id, lane
