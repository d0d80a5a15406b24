"""Fixtures of pytest: one server for all tests of a process, and a world of its own for each test.

With pytest-xdist, each worker has a server of its own: Node uses one core, so that the tests use as many as they have workers.
"""

from __future__ import annotations

from typing import Any, Generator

import pytest

from .mock import Mock, World


@pytest.fixture(scope="session")
def nv_auth_mock_options() -> list[str]:
    """Options of the server, such as `["--runai", "3.0"]`: override it in your conftest."""
    return []


@pytest.fixture(scope="session")
def nv_auth_mock_server(nv_auth_mock_options: list[str]) -> Generator[Mock, None, None]:
    """One server for all tests of this process. What a test changes there, other tests see."""
    with Mock.start(*nv_auth_mock_options) as mock:
        yield mock


@pytest.fixture
def nv_auth_mock(nv_auth_mock_server: Mock) -> Generator[World, None, None]:
    """A world of the test's own, with its own users, keys, clock and journal."""
    with nv_auth_mock_server.world() as world:
        yield world


@pytest.hookimpl(hookwrapper=True)  # type: ignore[misc, unused-ignore]
def pytest_runtest_makereport(item: Any, call: Any) -> Generator[None, Any, None]:
    """Adds to the report of a failed test what the mock refused in its world."""
    outcome = yield
    report = outcome.get_result()
    world = getattr(item, "funcargs", {}).get("nv_auth_mock")
    if not report.failed or report.when != "call" or not isinstance(world, World):
        return
    try:
        text = world.describe_failure()
    except Exception as fault:  # It must not hide the failure of the test.
        text = f"the mock cannot say what happened: {fault}"
    if text:
        report.sections.append(("nv-auth-mock", text))
