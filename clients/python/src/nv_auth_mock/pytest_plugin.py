"""Fixtures of pytest: one server for all tests of a process, and a world of its own for each test.

With pytest-xdist, each worker has a server of its own: Node uses one core, so that the tests use as many as they have workers.
"""

from __future__ import annotations

from typing import Any, Generator

import pytest

from .mock import Mock, World

# The world of a test. A failing fixture is not among the test's arguments yet, nor is what it asked for.
WORLD = pytest.StashKey[World]()


MAX_LABEL = 500


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
def nv_auth_mock(nv_auth_mock_server: Mock, request: pytest.FixtureRequest) -> Generator[World, None, None]:
    """A world of the test's own, with its own users, keys, clock and journal."""
    with nv_auth_mock_server.world(label=request.node.nodeid[:MAX_LABEL]) as world:
        request.node.stash[WORLD] = world
        yield world


@pytest.hookimpl(hookwrapper=True)  # type: ignore[misc, unused-ignore]
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, None]:
    """Adds to the report of a test or fixture that failed what the mock refused in the world of the test."""
    outcome = yield
    report = outcome.get_result()
    world = item.stash.get(WORLD, None)
    if not report.failed or report.when == "teardown" or world is None:
        return
    try:
        text = world.describe_failure()
    except Exception as fault:  # It must not hide the failure of the test.
        text = f"the mock cannot say what happened: {fault}"
    if text:
        report.sections.append(("nv-auth-mock", text))
