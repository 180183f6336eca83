-- Question: what was said of the candidate's failures? Grain: one row per judge and exchange; the judges that people read.
SELECT toString(judge) AS judge, exchange_id, reason
FROM {database}.judgements FINAL
WHERE experiment_id = {experiment_id:String}
    AND judge IN ('suite_check', 'taxonomy')
    AND lane = 'candidate'
    AND finding = 'judgement'
    AND value < 1
ORDER BY judge, exchange_id
