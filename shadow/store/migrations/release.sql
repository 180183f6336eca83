-- Question: how does whoever migrated let others migrate? Grain: none.
DROP TABLE IF EXISTS {database}.migrating {on_cluster} SYNC;
