"""Money split exactly: the parts are whole micro-dollars and sum to the whole."""

from collections.abc import Sequence


def apportion(whole: int, weights: Sequence[int]) -> list[int]:
    """Split ``whole`` in proportion to ``weights`` by largest remainder.

    A part of weight 0 is 0, and each part is its exact share rounded up or down. Weights of
    nothing but 0 can split nothing but 0; else ``ValueError``.
    """
    sum_of_weights = sum(weights)
    if sum_of_weights == 0:
        if whole:
            raise ValueError(f"{whole} cannot be split in proportion to nothing")
        return [0] * len(weights)
    shares = [divmod(whole * weight, sum_of_weights) for weight in weights]
    parts = [share for share, _ in shares]
    largest_first = sorted(range(len(shares)), key=lambda index: -shares[index][1])
    for index in largest_first[: whole - sum(parts)]:
        parts[index] += 1
    return parts


def rounded(amount: int, unit: int) -> int:
    """Return how many units an amount of 0 or more is, half a unit rounded up."""
    return (2 * amount + unit) // (2 * unit)
