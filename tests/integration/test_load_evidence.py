from analytics.jobs.loads import load_levels
from shadow.load.books import Books
from shadow.store.clickhouse import Store
from tests.loads import load_level
from tests.records import experiment


def test_evidence_has_every_complete_block_of_the_experiment_s_runs(store: Store) -> None:
    books = Books(store, experiment_id="trial", run_id="run")
    levels = tuple(load_level(number=number) for number in range(2))
    for level in reversed(levels):
        books.keep(level)
    assert load_levels(store, experiment()) == levels
    assert load_levels(store, experiment(experiment_id="other")) == ()
