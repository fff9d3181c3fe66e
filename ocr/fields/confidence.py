"""From what speaks for a value to how often such values are right.

The raw figure is the product of the role's strength, the form's certainty and the weakest word's confidence; it is too
modest. The points below lie under the share that was right at each raw figure on clean, light and medium pages of the
evaluation set, in every language, so that 0.9 promises more than nine in ten (docs/reading.md has the shares).
"""

from itertools import pairwise

_POINTS = (
    (0.0, 0.0),
    (0.5, 0.55),
    (0.7, 0.78),
    (0.8, 0.86),
    (0.85, 0.9),
    (0.9, 0.95),
    (0.95, 0.985),
    (1.0, 1.0),
)


def calibrated(raw: float) -> float:
    """The share of values with this raw figure that are expected to be right, 0..1."""
    for (low, low_share), (high, high_share) in pairwise(_POINTS):
        if raw <= high:
            return round(low_share + (raw - low) * (high_share - low_share) / (high - low), 3)
    return 1.0
