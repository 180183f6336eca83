"""Before a run: how much evidence its gates need, how long traffic takes to bring it, and what it costs."""
