-- Question: what is the experiment's last version? Grain: one row, or none.
SELECT record
FROM {database}.experiments
WHERE experiment_id = {experiment_id:String}
