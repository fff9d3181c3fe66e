"""A policy of one's own: it may demand more than the built-in minimum, never less (EVIDENCE section 8)."""

import json
from typing import Any, NoReturn

from signing import fields as check
from signing.errors import TrustInvalid
from signing.verdict import EMBEDDED, POLICIES, Aspect, Policy

_LARGEST = 1 << 16


def parse_policy(data: bytes) -> Policy:
    """The policy of `{name, requires: [aspect], times: [class]}`; raises `TrustInvalid` where it loosens."""
    if len(data) > _LARGEST:
        raise TrustInvalid("the policy is too large")
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_object, parse_float=_refuse, parse_constant=_refuse
        )
        members = check.members("the policy", value, frozenset({"name", "requires", "times"}))
        policy = Policy(
            check.text("name", members["name"], "name"),
            frozenset(Aspect(each) for each in _words("requires", members["requires"])),
            frozenset(_words("times", members["times"])),  # type: ignore[arg-type]
        )
    except (ValueError, RecursionError) as error:
        raise TrustInvalid(f"the policy cannot be read: {error}") from error
    # A policy that calls itself `court` must be at least that.
    floor = POLICIES.get(policy.name, EMBEDDED)
    if not policy.requires >= floor.requires or not policy.times <= floor.times or not policy.times:
        raise TrustInvalid(f"the policy {policy.name} demands less than the built-in {floor.name}")
    return policy


def choose_policy(name: str) -> Policy:
    """A built-in policy by its name; raises `TrustInvalid`."""
    try:
        return POLICIES[name]
    except KeyError as error:
        raise TrustInvalid(f"there is no built-in policy {name[:40]}") from error


def policy_bytes(policy: Policy) -> bytes:
    """The file of a policy."""
    value = {"name": policy.name, "requires": sorted(policy.requires), "times": sorted(policy.times)}
    return (json.dumps(value, indent=2) + "\n").encode()


def _words(where: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{where} is not an array of words")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key occurs twice")
    return value


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is not expected")
