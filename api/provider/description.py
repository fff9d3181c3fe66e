"""What is known of a provider of sign-ins: where it is, who we are there, and what its word is worth here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures of ID tokens that are taken unless the description names others; never `none`, never a shared secret."""

ALLOWED = frozenset({*ALGORITHMS, "RS384", "RS512", "PS384", "PS512", "ES384", "ES512"})


@dataclass(frozen=True, slots=True)
class Description:
    """A provider as the administrator of the installation describes it.

    `roles` maps values of the claim `roles_claim` to roles; with it, the provider decides who has these roles, at every
    sign-in. A sign-in whose `amr` or `acr` is among `second_factor_amr`, `second_factor_acr` counts as one with a
    second factor.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    scope: str = "openid profile"
    algorithms: tuple[str, ...] = ALGORITHMS
    name_claim: str = "preferred_username"
    create_accounts: bool = False
    roles_claim: str = "groups"
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    second_factor_amr: frozenset[str] = frozenset()
    second_factor_acr: frozenset[str] = frozenset()

    @property
    def mapped(self) -> frozenset[str]:
        """The roles that the provider decides on."""
        return frozenset().union(*self.roles.values())
