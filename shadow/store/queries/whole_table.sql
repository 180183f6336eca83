-- Question: what does a table hold, as it stands? Grain: its own.
SELECT * FROM {database}.{table_name:Identifier}
