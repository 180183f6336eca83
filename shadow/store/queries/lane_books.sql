-- Question: what became of each record that the experiment's workers consumed? Grain: disposition and reason, in records.
SELECT toString(disposition) AS disposition, toString(reason) AS reason, count() AS records
FROM {database}.lane_ledger FINAL
WHERE experiment_id = {experiment_id:String}
    AND reason != 'other_experiment'
    AND exchange_id NOT IN (SELECT exchange_id FROM {database}.exchanges WHERE suite = 'canary@1')
GROUP BY disposition, reason
ORDER BY disposition, reason
