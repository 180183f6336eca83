from proxy.log.topics import ALL, COVERAGE, DAY_MS, DEAD_LETTERS, EXCHANGES, EXPERIMENTS


def test_every_topic_is_ours_and_has_a_name_of_its_own() -> None:
    names = [topic.name for topic in ALL]
    assert len(set(names)) == len(names)
    assert all(name.startswith("understudy.") for name in names)


def test_only_exchanges_are_spread_over_partitions() -> None:
    assert [topic for topic in ALL if topic.spread] == [EXCHANGES]


def test_experiments_keep_their_last_value_and_the_rest_is_kept_for_days() -> None:
    assert EXPERIMENTS.config == {"cleanup.policy": "compact"}
    days = {topic.name: int(topic.config["retention.ms"]) / DAY_MS for topic in (EXCHANGES, COVERAGE, DEAD_LETTERS)}
    assert list(days.values()) == [7, 30, 30]
