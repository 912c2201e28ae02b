"""Passwords become argon2 hashes, and are compared with them, off the event loop.

All of it stands in one queue with an end. Who makes a new account waits in `newcomers`, a short one
in front of it, so that a flood of them leaves places to those who have an account.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import BusyError

# OWASP's recommendation; the memory also bounds what hashes at once can take of the container's.
TIME_COST = 2
MEMORY_KIB = 19 * 1024
AT_ONCE = 2
# With a tenth of a second for each: who comes later would wait longer than anybody does.
MOST_WAITING = 40
NEW_AT_ONCE = 1
MOST_NEW_WAITING = 10


class Queue:
    """A few at a time, and a few who wait."""

    def __init__(self, at_once: int, most_waiting: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._free = at_once + most_waiting

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raises BusyError where too many wait already."""
        if self._free == 0:
            raise BusyError
        self._free -= 1
        try:
            async with self._places:
                yield
        finally:
            self._free += 1


class Passwords:
    """Hashes and verifies, a few at a time. Raises BusyError where too many wait."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._all = Queue(AT_ONCE, MOST_WAITING)
        self.newcomers = Queue(NEW_AT_ONCE, MOST_NEW_WAITING)
        # Verified in place of an account that does not exist, so that both take the same time.
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    async def hashed(self, password: str) -> str:
        """Return what may be stored."""
        return await self._in_turn(self._hasher.hash, password)

    async def match(self, password: str, stored: str | None) -> bool:
        """Tell whether the password is the stored one; `None`, no such account, takes as long."""
        same = await self._in_turn(self._same, password, stored or self._nobodys)
        return same and stored is not None

    async def _in_turn[T](self, work: Callable[..., T], *given: str) -> T:
        async with self._all.turn():
            return await asyncio.to_thread(work, *given)

    def _same(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
