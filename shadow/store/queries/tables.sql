-- Question: which tables and views has the database? Grain: one row per table or view.
SELECT name FROM system.tables WHERE database = {database_name:String} ORDER BY name
