"""What one experiment takes of the exchanges that capture kept, and what each of them weighs there. Pure."""

from proxy.exchange import Exchange


def weight_within(exchange: Exchange, *, ratio: float, draw: float) -> float | None:
    """Inverse of the probability that capture kept the exchange and the experiment replays it; None: it does not.

    Capture and experiment compare the same draw, each with its own ratio of its own moment, so that the smaller ratio
    holds. The weight belongs to the moment of the replay and must be stored with it: worked out later, from a ratio
    that was changed meanwhile, it is the inverse of a probability that the row never had.

    Args:
        ratio: The experiment's `sample_ratio` at the moment of the replay, (0, 1].
        draw: The exchange's own, or where capture did not sample a number of the experiment's, uniform in [0, 1).

    Source: Horvitz and Thompson 1952; docs/explanation/sampling.md.
    """
    if exchange.suite or exchange.by_floor:
        return exchange.weight
    return max(exchange.weight, 1 / ratio) if draw < ratio else None
