"""The worlds: one module each, with its state, its tools and the templates that draw its tasks."""
