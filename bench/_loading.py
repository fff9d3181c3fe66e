"""Stations that hand papers over and people who search, each at his own pace, over one event loop, with the times."""

import asyncio
import base64
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx

from bench._tiny import Tiny

LONGEST_WAIT = 60.0
"""Seconds that a client waits for an answer."""


@dataclass(slots=True)
class Heard:
    """What clients of one sort were answered: milliseconds of good answers, how often 429, and what was wrong."""

    times: list[float] = field(default_factory=list)
    limited: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def percentile(self, share: float) -> float | None:
        """The time within which that share of the good answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


@dataclass(slots=True)
class Pace:
    """How long everybody goes on, and how long each pauses on average between two requests, in seconds."""

    until: float
    upload_every: float
    search_every: float


@dataclass(slots=True)
class Load:
    """Everybody against one service; `acknowledged` holds the digest of each deposit that was."""

    address: str
    pace: Pace
    seed: int
    uploads: Heard = field(default_factory=Heard)
    searches: Heard = field(default_factory=Heard)
    probes: Heard = field(default_factory=Heard)
    acknowledged: dict[str, str] = field(default_factory=dict)

    async def run(self, stations: Sequence[str], users: Sequence[str], papers: Callable[[], Tiny]) -> None:
        """Let all of them (by their tokens) go on until the time is over, and end what they had begun."""
        words: list[str] = ["statement", "balance", "reference"]
        async with asyncio.TaskGroup() as group:
            for number, token in enumerate(stations):
                group.create_task(self._station(number, token, papers, words))
            for number, token in enumerate(users):
                group.create_task(self._user(number, token, words))
            group.create_task(self._probe())

    async def _station(self, number: int, token: str, papers: Callable[[], Tiny], words: list[str]) -> None:
        dice = random.Random(f"{self.seed}/station {number}")
        async with self._client(token) as client:
            while await self._pause(dice, self.pace.upload_every):
                paper = papers()
                answer = await self._ask(self.uploads, partial(_deposit, client, number, paper))
                if answer is not None:
                    told = answer.json()
                    if told["sha256"] == paper.sha256.hex():
                        self.acknowledged[told["deposit"]] = told["sha256"]
                    else:
                        self.uploads.wrong["another digest was acknowledged"] += 1
                    words.append(paper.word)

    async def _user(self, number: int, token: str, words: Sequence[str]) -> None:
        dice = random.Random(f"{self.seed}/user {number}")
        async with self._client(token) as client:
            while await self._pause(dice, self.pace.search_every):
                # A word of any paper so far, or two that stand on all of them.
                query = dice.choice(words) if dice.random() < 0.7 else " ".join(dice.sample(words[:3], 2))
                await self._ask(
                    self.searches,
                    partial(client.get, "/api/v1/search", params={"q": query, "limit": 20}),
                )

    async def _probe(self) -> None:
        """Ask what costs nothing, twice a second: what that takes, the event loop of the service was held up for."""
        async with self._client(None) as client:
            while time.monotonic() < self.pace.until:
                await self._ask(self.probes, partial(client.get, "/healthz"))
                await asyncio.sleep(0.5)

    def _client(self, token: str | None) -> httpx.AsyncClient:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        limits = httpx.Limits(max_connections=1)
        return httpx.AsyncClient(
            base_url=self.address, headers=headers, timeout=LONGEST_WAIT, limits=limits, trust_env=False
        )

    async def _pause(self, dice: random.Random, every: float) -> bool:
        """Wait as people and machines do; False once the time is over."""
        await asyncio.sleep(min(dice.expovariate(1 / every), max(0.0, self.pace.until - time.monotonic())))
        return time.monotonic() < self.pace.until

    async def _ask(
        self, heard: Heard, send: Callable[[], Awaitable[httpx.Response]]
    ) -> httpx.Response | None:
        """A good answer, after as many 429 as it takes; None where there is none, which is noted."""
        while True:
            begun = time.perf_counter()
            try:
                answer = await send()
            except httpx.HTTPError as error:
                heard.wrong[type(error).__name__] += 1
                return None
            if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                heard.limited += 1
                after = answer.headers.get("retry-after", "")
                if not after.isdecimal():
                    heard.wrong["429 without Retry-After"] += 1
                    return None
                if time.monotonic() + int(after) > self.pace.until:
                    return None
                await asyncio.sleep(int(after))
                continue
            if answer.is_success:
                heard.times.append(1000 * (time.perf_counter() - begun))
                return answer
            heard.wrong[f"{answer.status_code} {_code(answer)}"] += 1
            return None


async def _deposit(client: httpx.AsyncClient, station: int, paper: Tiny) -> httpx.Response:
    return await client.post(
        "/api/v1/deposits",
        params={"name": paper.name, "batch_name": f"box of station {station}"},
        content=paper.content,
        headers={
            "Idempotency-Key": paper.word,
            "Repr-Digest": f"sha-256=:{base64.b64encode(paper.sha256).decode()}:",
        },
    )


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:80]
