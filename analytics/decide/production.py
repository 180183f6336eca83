"""Weights that give the categories of a suite the shares that they have in production."""

import numpy as np

from analytics.decide.columns import Bools, Floats
from analytics.decide.sample import Sample


def production_weights(sample: Sample, *, chosen: Bools) -> Floats | None:
    """One weight per pair, such that among the chosen ones each category weighs what it weighs in live traffic.

    None when some category of theirs does not occur in live traffic: then production says nothing of its share.

    Args:
        chosen: Pairs that are to stand for production; the weights of others say nothing.

    Source: direct standardisation, Fleiss, Levin and Paik 2003, chapter 19.
    """
    codes, kinds = sample.pairs.category.codes, len(sample.pairs.category.words)
    target, own = (
        np.bincount(codes[rows], weights=sample.pairs.weight[rows], minlength=kinds)
        for rows in (sample.pairs.is_live, chosen)
    )
    present = own > 0
    if not chosen.any() or not (target[present] > 0).all():
        return None
    factors = np.divide(target, target[present].sum() * own, out=np.zeros(kinds), where=present)
    return sample.pairs.weight * factors[codes]
