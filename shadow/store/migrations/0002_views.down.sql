-- Question: how is 0002 undone? Nothing is lost: views hold no rows.
DROP VIEW IF EXISTS {database}.experiments_now {on_cluster};
DROP VIEW IF EXISTS {database}.coverage {on_cluster};
DROP VIEW IF EXISTS {database}.failures {on_cluster};
DROP VIEW IF EXISTS {database}.timings {on_cluster};
DROP VIEW IF EXISTS {database}.pairs {on_cluster};
