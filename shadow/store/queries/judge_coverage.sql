-- Question: how many answers did each judge judge, abstain on and fail on, and why? Grain: one row per judge and version.
SELECT
    judge,
    version,
    countIf(finding = 'judgement') AS judged,
    countIf(finding = 'abstained') AS abstained,
    countIf(finding = 'failed') AS failed,
    topKIf(3)(reason, finding = 'failed') AS failures,
    topKIf(3)(reason, finding = 'abstained') AS abstentions
FROM {database}.judgements FINAL
WHERE experiment_id = {experiment_id:String}
GROUP BY judge, version
ORDER BY judge, version
