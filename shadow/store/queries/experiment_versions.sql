-- Question: which versions of an experiment did the recorder see? Grain: one row per version, oldest first.
SELECT record
FROM {database}.experiment_versions FINAL
WHERE experiment_id = {experiment_id:String}
ORDER BY updated_at
