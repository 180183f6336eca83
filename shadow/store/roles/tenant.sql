-- Question: who may read one tenant's rows and no others? Grain: none. Applying it again changes nothing.
-- Coverage and the other books are left out: they count every tenant's requests.
CREATE ROLE IF NOT EXISTS `understudy_analyst_{tenant}` {on_cluster};

GRANT {on_cluster} SELECT ON {database}.traffic TO `understudy_analyst_{tenant}`;
GRANT {on_cluster} SELECT ON {database}.pairs TO `understudy_analyst_{tenant}`;
GRANT {on_cluster} SELECT ON {database}.timings TO `understudy_analyst_{tenant}`;
GRANT {on_cluster} SELECT ON {database}.failures TO `understudy_analyst_{tenant}`;

CREATE SETTINGS PROFILE IF NOT EXISTS `understudy_analyst_{tenant}` {on_cluster}
SETTINGS INHERIT understudy_analyst
TO `understudy_analyst_{tenant}`;

CREATE ROW POLICY IF NOT EXISTS `understudy_{tenant}` {on_cluster}
ON {database}.traffic, {database}.pairs, {database}.timings, {database}.failures
USING tenant = '{tenant}' TO `understudy_analyst_{tenant}`;
