"""Pairs of answers that this project wrote, with a known difference planted, or none that matters."""
