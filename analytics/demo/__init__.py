"""The demo: project-written traffic, the simulator's script for it, and the search for planted personal data."""
