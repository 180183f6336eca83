-- Question: how is 0008 undone? All transcripts go.
DROP VIEW IF EXISTS {database}.agents {on_cluster};

DROP TABLE IF EXISTS {database}.transcripts {on_cluster};
