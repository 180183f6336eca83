"""Capture and log: what production asked, anonymised, on Kafka. Imports nothing of ours."""
