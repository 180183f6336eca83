-- Question: how severe are the failures of each lane? Grain: one row per lane and severity, in answers; 0 is no failure.
SELECT toString(lane) AS lane, severity, count() AS answers
FROM {database}.judgements FINAL
WHERE experiment_id = {experiment_id:String} AND judge = 'taxonomy' AND finding = 'judgement'
GROUP BY lane, severity
ORDER BY lane, severity
