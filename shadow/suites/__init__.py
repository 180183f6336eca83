"""Suites: fixed sets of labelled examples that run through the same lanes, store and judges as the traffic."""
