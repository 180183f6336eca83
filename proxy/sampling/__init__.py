"""Which exchanges are published: what live experiments want, plus floors for the long tail. No I/O but the log."""
