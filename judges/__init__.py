"""Judges: a pair in, a judgement out. Pure: no Kafka, no ClickHouse, no network."""
