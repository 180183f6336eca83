-- Question: how is 0001 undone? Every record is lost.
DROP TABLE IF EXISTS {database}.decisions {on_cluster};
DROP TABLE IF EXISTS {database}.self_checks {on_cluster};
DROP TABLE IF EXISTS {database}.lane_ledger {on_cluster};
DROP TABLE IF EXISTS {database}.ledger {on_cluster};
DROP TABLE IF EXISTS {database}.experiments {on_cluster};
DROP TABLE IF EXISTS {database}.examples {on_cluster};
DROP TABLE IF EXISTS {database}.judgements {on_cluster};
DROP TABLE IF EXISTS {database}.replays {on_cluster};
DROP TABLE IF EXISTS {database}.exchanges {on_cluster};
