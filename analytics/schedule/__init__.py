"""Reports at set times: plans, what is due, what was missed, and the state that survives a restart."""
