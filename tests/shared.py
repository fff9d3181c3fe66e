"""Where the shared data (evaluation pages, hostile samples, vectors) lies, and how a test skips where it is absent."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[1].parent / "shared"


def needs_shared(*parts: str) -> pytest.MarkDecorator:
    """Skip, with the reason, where that part of the shared data is not beside the checkout."""
    path = SHARED.joinpath(*parts)
    return pytest.mark.skipif(
        not path.exists(), reason=f"shared data {'/'.join(parts)} is not beside the checkout"
    )
