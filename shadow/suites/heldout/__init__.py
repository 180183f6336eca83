"""The held-out suite: labelled examples from seeded templates, one module per query category."""
