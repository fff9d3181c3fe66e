"""Where the rooms above take the check of tokens from; it is the evidence library's."""

from signing.token_trust import verify_with_any

__all__ = ["verify_with_any"]
