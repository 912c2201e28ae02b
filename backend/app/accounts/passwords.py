"""Passwords become argon2 hashes, and are compared with them, off the event loop."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's recommendation; the memory also bounds what hashes at once can take of the container's.
TIME_COST = 2
MEMORY_KIB = 19 * 1024
AT_ONCE = 2


class Passwords:
    """Hashes and verifies, a few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._places = asyncio.Semaphore(AT_ONCE)
        # Verified in place of an account that does not exist, so that both take the same time.
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    async def hashed(self, password: str) -> str:
        """Return what may be stored."""
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def match(self, password: str, stored: str | None) -> bool:
        """Tell whether the password is the stored one; `None`, no such account, takes as long."""
        async with self._places:
            same = await asyncio.to_thread(self._same, password, stored or self._nobodys)
        return same and stored is not None

    def _same(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
