-- Question: as the way up. Grain: as the way up.
DROP TABLE IF EXISTS {database}.decision_inputs {on_cluster};
