-- Question: how do the rows about these exchanges go? Grain: none; no query sees them from now on.
DELETE FROM {database}.{table_name:Identifier}
WHERE exchange_id IN {exchange_ids:Array(String)}
SETTINGS lightweight_deletes_sync = 2
