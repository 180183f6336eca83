"""Importers: other people's files of labelled examples as suites. Nothing of such files ships; users bring them."""
