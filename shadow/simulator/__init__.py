"""The simulator: a server of the common LLM APIs that says what its script says, when it was told to. No model."""
