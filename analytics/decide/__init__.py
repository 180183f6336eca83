"""The decision: evidence in, verdict out. Pure: no store, no broker, no clock."""
