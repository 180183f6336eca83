"""Load: both lanes of an experiment at chosen levels, measured with the worker's own lane client."""
