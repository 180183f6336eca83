"""How often our own verdict is wrong: whole decisions on A/A data and on planted regressions, over many seeds."""
