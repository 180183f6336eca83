-- Question: how many rows of a table are about these exchanges, repeated inserts included? Grain: one row.
SELECT count() AS stored
FROM {database}.{table_name:Identifier}
WHERE exchange_id IN {exchange_ids:Array(String)}
