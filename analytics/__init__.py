"""Jobs, statistics, decision, report: from stored pairs to a verdict that says what it rests on."""
