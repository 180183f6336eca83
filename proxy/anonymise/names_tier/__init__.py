"""Bare names that no phrase introduces, found by lists and by the words around them. No model, no weights."""
