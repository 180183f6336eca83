"""Agents: transcripts of conversations with tools, closed worlds to act in, and the driver that lets a lane act."""
