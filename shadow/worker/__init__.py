"""Replay: exchanges from the log to both lanes, fairly timed, into the store."""
