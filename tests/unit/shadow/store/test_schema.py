from shadow.store.schema import all_migrations, schema_hash, statements


def test_every_migration_has_its_way_back() -> None:
    migrations = all_migrations()
    assert [migration.number for migration in migrations] == list(range(1, len(migrations) + 1))
    assert all(migration.up and migration.down for migration in migrations)


def test_statements_end_at_a_line_s_semicolon() -> None:
    assert statements("-- question\nSELECT 1;\nSELECT ';x';\n-- end\n") == ("-- question\nSELECT 1", "SELECT ';x'")


def test_the_hash_is_stable_within_a_version() -> None:
    assert schema_hash() == schema_hash()
