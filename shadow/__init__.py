"""Experiments, replay, suites, load and store: the same request on both lanes, side by side in ClickHouse."""
