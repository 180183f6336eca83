-- Question: how often is each judge right, by its last measurement in each version? Grain: one row per judge and version.
SELECT
    judge,
    version,
    argMax(flags, measured_at) AS flags,
    argMax(true_positives, measured_at) AS true_positives,
    argMax(false_negatives, measured_at) AS false_negatives,
    argMax(true_negatives, measured_at) AS true_negatives,
    argMax(false_positives, measured_at) AS false_positives
FROM {database}.judge_quality FINAL
GROUP BY judge, version
ORDER BY judge, version
