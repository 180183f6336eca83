"""What the gateway adds, beside its peers, in one run: `make bench-capture`, on a quiet machine."""
