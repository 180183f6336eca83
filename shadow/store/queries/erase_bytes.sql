-- Question: how does what was erased leave the disk? Grain: none; parts that hold erased rows are written anew.
ALTER TABLE {database}.{table_name:Identifier} APPLY DELETED MASK
SETTINGS mutations_sync = 2
