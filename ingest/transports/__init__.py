"""How nudges travel: a module for each broker, with what kombu's transport for it lacks."""

MOST_WAITING = 8
"""Nudges that may wait in a broker: one that waits is as good as a new one, its taker looks after it took."""


def is_message(payload: object) -> bool:
    """Whether something is shaped as kombu's messages are; what is not would end the worker that meets it."""
    if not isinstance(payload, dict):
        return False
    properties = payload.get("properties")
    return (
        isinstance(properties, dict) and "delivery_tag" in properties and isinstance(payload.get("body"), str)
    )
