-- Question: how is 0010 undone? The measurements are lost; `understudy judge calibrate` makes them again.
DROP TABLE IF EXISTS {database}.judge_quality {on_cluster};
