"""Estimators, one a file, each with its source. Pure: arrays in, numbers out."""
