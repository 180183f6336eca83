"""The log: topics, and producers and consumers of them. Kafka in production, memory in unit tests."""
