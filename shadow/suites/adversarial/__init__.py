"""The adversarial suite: probes from seeded templates, one module per kind of attack or trap."""
