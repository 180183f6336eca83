-- Question: which examples does a suite have? Grain: one row per example; record is empty for those stored before 0006.
SELECT example_id, record
FROM {database}.examples FINAL
WHERE suite = {suite:String}
ORDER BY example_id
