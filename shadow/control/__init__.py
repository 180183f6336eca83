"""Experiments: what ops create, enable and end, by command or over HTTP."""
