"""Guards of agreement: what a close wording hides, found by comparing an answer with its reference, without a model.

One guard a module: polarity, amounts, names, caveats, sources, coverage, code. `judge.py` asks them in turn.
"""
