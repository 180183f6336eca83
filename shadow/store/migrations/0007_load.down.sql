-- Question: how is 0007 undone? Load runs are lost.
DROP TABLE IF EXISTS {database}.load_requests {on_cluster};

DROP TABLE IF EXISTS {database}.load_levels {on_cluster};
