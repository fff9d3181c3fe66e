"""All limits of one api process, over the requests of everybody."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address
from zoneinfo import ZoneInfo

from anyio import to_thread

from api.access import Actor
from api.limits.errors import Busy, QuotaReached, RateLimited, TooManyAtOnce
from api.limits.quotas import Quotas
from api.limits.rates import Rates, Standing
from api.limits.refusals import Refusals
from api.limits.turns import Turns
from api.limits.values import Allowance, Costly, Limits
from archive.archive import Archive


class Limiter:
    """Refuses what goes beyond the limits, and remembers whom. For one event loop, but for `took_in`."""

    def __init__(
        self,
        archive: Archive,
        limits: Limits,
        zone: ZoneInfo,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        self.refusals = Refusals()
        self._rates = Rates(monotonic)
        self._quotas = Quotas(archive, zone)
        self._turns = {what: Turns(at_once, limits.turn_seconds) for what, at_once in limits.at_once.items()}

    def charge(self, actor: Actor) -> Standing:
        """Count a request of somebody who is signed in; where it is one too many, `wait` says so."""
        standing = self._rates.charge(actor.account_id, self._allowance(actor).rate)
        if standing.wait is not None:
            self.refusals.note(actor.account_id, RateLimited.code)
        return standing

    def charge_stranger(self, address: str) -> None:
        """Count a request of somebody who is not signed in, by his address. Raises RateLimited."""
        standing = self._rates.charge(f"address {network_of(address)}", self.limits.strangers)
        if standing.wait is not None:
            self.refusals.note(None, RateLimited.code)
            raise too_fast(standing)

    @asynccontextmanager
    async def turn(self, actor: Actor | None, address: str, what: Costly) -> AsyncIterator[bool]:
        """Hold a turn of the actor, or of a stranger's address; says whether it had to be waited for.

        Raises TooManyAtOnce and Busy.
        """
        key = f"address {network_of(address)}" if actor is None else actor.account_id
        try:
            async with self._turns[what].turn(key) as waited:
                yield waited
        except (TooManyAtOnce, Busy) as error:
            self.refusals.note(None if actor is None else actor.account_id, error.code)
            raise

    async def require_quota(self, actor: Actor, size: int | None) -> None:
        """Raise QuotaReached where the actor may hand over no further file (of so many bytes) for now."""
        try:
            await to_thread.run_sync(self._quotas.check, actor.pseudonym, self._allowance(actor), size)
        except QuotaReached as error:
            self.refusals.note(actor.account_id, error.code)
            raise

    def took_in(self, actor: Actor, size: int) -> None:
        """A file of the actor was received."""
        self._quotas.note(actor.pseudonym, size)

    def _allowance(self, actor: Actor) -> Allowance:
        return self.limits.people if actor.station_id is None else self.limits.stations


def too_fast(standing: Standing) -> RateLimited:
    """The refusal of one request too many."""
    rate = standing.rate
    return RateLimited(
        f"more than {rate.a_second:g} requests a second, beyond {rate.burst} at once",
        seconds=standing.wait or 0,
    )


def network_of(address: str) -> str:
    """Whom an address stands for: itself, or the /64 that one customer of IPv6 has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
