"""Jobs: what reads the store and writes it back: judging, loading evidence, deciding."""
