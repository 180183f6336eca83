-- Question: who migrates? Grain: none; of several that create this table at once, one succeeds.
CREATE TABLE {database}.migrating {on_cluster} (held Bool COMMENT 'Never filled')
ENGINE = TinyLog
COMMENT 'Held while a migration runs; drop it when none does.';
