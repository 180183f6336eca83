"""The store: ClickHouse through clickhouse-connect, SQL in `.sql` files, rows keyed by record id."""
