"""One TCP connection, made and let go: whether anybody takes it."""

from __future__ import annotations

import socket


def refusal(host: str, port: int, seconds: float) -> str:
    """Return why ``host:port`` takes no connection within ``seconds``; "" where it does."""
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return ""
    except (socket.timeout, TimeoutError):
        return f"no connection within {seconds:g} s"
    except ConnectionRefusedError:
        return "connection refused"
    except OSError as problem:
        return (problem.strerror or type(problem).__name__).lower()
