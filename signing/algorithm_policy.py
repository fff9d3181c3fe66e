"""The algorithm policy as a file (EVIDENCE section 6): versioned, canonical, with its digest; it can only tighten.

`signing/algorithms.json` is the built-in list in this form: where a policy of one's own starts, and what the log names.
"""

import hashlib
from datetime import datetime
from typing import Any

from signing import canonical
from signing import fields as check
from signing.algorithms import AlgorithmPolicy, Rule
from signing.errors import AlgorithmPolicyInvalid, NotCanonical
from tabellion.base.clock import parse_rfc3339, rfc3339

SCHEMA = "urn:tabellion:algorithm-policy:v1"
_MOST_RULES = 256
_LARGEST = 1 << 16


def policy_bytes(policy: AlgorithmPolicy) -> bytes:
    """The RFC 8785 bytes of `{$schema, version, rules: [{algorithm, valid_from, sunset?, least_bits?}]}`."""
    return canonical.dumps(
        {"$schema": SCHEMA, "version": policy.version, "rules": [_rule_object(rule) for rule in policy.rules]}
    )


def policy_digest(policy: AlgorithmPolicy) -> str:
    """SHA-256 of the policy's bytes, hexadecimal: what a `config` entry of the log and a report name."""
    return hashlib.sha256(policy_bytes(policy)).hexdigest()


def parse_policy(data: bytes) -> AlgorithmPolicy:
    """The policy of exact bytes; raises `AlgorithmPolicyInvalid`."""
    if len(data) > _LARGEST:
        raise AlgorithmPolicyInvalid("the algorithm policy is too large")
    try:
        value = check.members(
            "the algorithm policy", canonical.load_object(data), frozenset({"$schema", "version", "rules"})
        )
        rules = value["rules"]
        if value["$schema"] != SCHEMA or not isinstance(rules, list) or len(rules) > _MOST_RULES:
            raise ValueError(f"not a {SCHEMA} of at most {_MOST_RULES} rules")
        return AlgorithmPolicy(check.integer("version", value["version"], 1), tuple(map(_parse_rule, rules)))
    except (NotCanonical, ValueError) as error:
        raise AlgorithmPolicyInvalid(f"the algorithm policy is not valid: {error}") from error


def tighten(floor: AlgorithmPolicy, handed_in: AlgorithmPolicy) -> AlgorithmPolicy:
    """What both policies trust, under the version of the one handed in: never more than the floor."""
    rules = tuple(
        Rule(
            algorithm=one.algorithm,
            valid_from=max(one.valid_from, other.valid_from),
            sunset=_earlier(one.sunset, other.sunset),
            least_bits=max(one.least_bits, other.least_bits),
        )
        for one in floor.rules
        for other in handed_in.rules
        if one.algorithm == other.algorithm
    )
    return AlgorithmPolicy(handed_in.version, rules)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((end for end in (one, other) if end is not None), default=None)


def _rule_object(rule: Rule) -> dict[str, Any]:
    value: dict[str, Any] = {"algorithm": rule.algorithm, "valid_from": rfc3339(rule.valid_from)}
    if rule.sunset is not None:
        value["sunset"] = rfc3339(rule.sunset)
    return value | ({"least_bits": rule.least_bits} if rule.least_bits else {})


def _parse_rule(value: object) -> Rule:
    members = check.members(
        "a rule", value, frozenset({"algorithm", "valid_from"}), frozenset({"sunset", "least_bits"})
    )
    rule = Rule(
        algorithm=check.text("algorithm", members["algorithm"], "algorithm"),
        valid_from=parse_rfc3339(check.instant("valid_from", members["valid_from"])),
        sunset=parse_rfc3339(check.instant("sunset", members["sunset"])) if "sunset" in members else None,
        least_bits=check.integer("least_bits", members["least_bits"], 1) if "least_bits" in members else 0,
    )
    if rule.sunset is not None and rule.sunset <= rule.valid_from:
        raise ValueError("the sunset of a rule is not after its beginning")
    return rule
