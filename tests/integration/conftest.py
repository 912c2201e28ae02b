"""Tests that need a Docker engine and the base images."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that keeps these apart."""
    config.addinivalue_line("markers", "needs_engine: needs Docker and the base images")
