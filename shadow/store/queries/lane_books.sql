-- Question: what became of each record that the experiment's workers consumed? Grain: disposition and reason, in records.
SELECT toString(disposition) AS disposition, toString(reason) AS reason, count() AS records
FROM {database}.lane_ledger FINAL
WHERE experiment_id = {experiment_id:String} AND reason != 'other_experiment'
GROUP BY disposition, reason
ORDER BY disposition, reason
