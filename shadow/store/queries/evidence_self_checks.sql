-- Question: in which windows was the measuring client itself the bottleneck? Grain: one row per worker and window.
SELECT worker_id, window_start, passed, reason
FROM {database}.self_checks FINAL
WHERE experiment_id = {experiment_id:String}
ORDER BY worker_id, window_start
