"""People who click for a minute: what each of their clicks took, and what went wrong."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from support.server import ROOT
from support.sessions import Session, WentWrongError, open_session

SECONDS = 60
ARRIVING_S = 20
PAUSES = {"hurried": (1.0, 3.0), "reading": (5.0, 15.0)}
"""How many seconds pass between two clicks of one person, at least and at most."""

PAGES = ("", *sorted({path.stem for path in (ROOT / "pages").glob("*.py")} - {"overview"}))
PERIODS = ("Last 7 days", "Last 28 days", "Last 90 days", "This month", "All time")


async def clicking(url: str, sessions: int, pause: str) -> tuple[list[float], list[str]]:
    """How long each click took in seconds, and what went wrong, while so many sessions click."""
    took: list[float] = []
    errors: list[str] = []
    ready = asyncio.Barrier(sessions)

    async def person(number: int) -> None:
        chance = random.Random(f"{pause} {number}")
        try:
            await asyncio.sleep(number * ARRIVING_S / sessions)
            async with open_session(url) as session:
                await session.visit()
                await ready.wait()
                ends_at = time.monotonic() + SECONDS
                while time.monotonic() < ends_at:
                    await asyncio.sleep(chance.uniform(*PAUSES[pause]))
                    try:
                        took.append(await _click(session, chance))
                    except WentWrongError as error:
                        errors.append(str(error))
        except Exception as error:  # a connection that the server closed, too, is something a person sees
            errors.append(f"{type(error).__name__}: {error}")
            await ready.abort()

    print(f"  {sessions} clicking, {pause}", flush=True)
    await asyncio.gather(*(person(number) for number in range(sessions)))
    if not took:
        raise RuntimeError(f"nobody saw anything: {errors[:5]}")
    return took, errors


async def _click(session: Session, chance: random.Random) -> float:
    """Half of the clicks lead to a page, the others change a filter."""

    def another_page() -> Awaitable[float]:
        return session.visit(chance.choice([page for page in PAGES if page != session.page]))

    def another_campaign() -> Awaitable[float]:
        few = chance.sample(session.offers("campaigns"), chance.choice([0, 1, 1, 2]))
        return session.choose("campaigns", few)

    ways: list[Callable[[], Awaitable[float]]] = [
        another_page,
        lambda: session.choose("period", chance.choice(PERIODS)),
        lambda: session.choose("humans", chance.random() < 0.5),
        another_campaign,
    ]
    return await chance.choices(ways, weights=[3, 1, 1, 1])[0]()
