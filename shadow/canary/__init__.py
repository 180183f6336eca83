"""The canary: one marked request, followed from a door through the log to the answers of every lane."""
