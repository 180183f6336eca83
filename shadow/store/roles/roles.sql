-- Question: who may do what? Grain: none. For a user who may create roles; applying it again changes nothing.
-- Services: what workers, judges, control and reports need. Migrating, erasing and this file stay with the schema's owner.
CREATE ROLE IF NOT EXISTS understudy_writer {on_cluster};

GRANT {on_cluster} SELECT, INSERT ON {database}.* TO understudy_writer;

-- Analysts: the views, and the tables that say nothing of anybody. The views read with their definer's rights.
CREATE ROLE IF NOT EXISTS understudy_analyst {on_cluster};

GRANT {on_cluster} SELECT ON {database}.traffic TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.pairs TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.timings TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.failures TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.coverage TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.experiments TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.agents TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.splits TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.servers TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.ledger TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.lane_ledger TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.self_checks TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.server_metrics TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.load_levels TO understudy_analyst;
GRANT {on_cluster} SELECT ON {database}.load_requests TO understudy_analyst;
GRANT {on_cluster} SELECT(decision_id, experiment_id, decided_at, verdict) ON {database}.decisions TO understudy_analyst;

-- 2 lets clients set what is below and forbids every change of data; 0 would be no bound at all, hence MIN.
CREATE SETTINGS PROFILE IF NOT EXISTS understudy_analyst {on_cluster}
SETTINGS
    readonly = 2 CONST,
    max_execution_time = 30 MIN 1 MAX 300,
    max_memory_usage = 4000000000 MIN 1000000 MAX 16000000000,
    max_rows_in_join = 100000000 MIN 1 MAX 1000000000
TO understudy_analyst;

-- Where a view has a row policy, only those whom one names see rows of it.
CREATE ROW POLICY IF NOT EXISTS understudy_everything {on_cluster}
ON {database}.traffic, {database}.pairs, {database}.timings, {database}.failures
USING 1 TO understudy_writer, understudy_analyst;
