"""Fixtures for pytest: one server for all tests of a process, and a separate world for each test.

With pytest-xdist, each worker starts a server, because Node uses one core.
"""

from __future__ import annotations

from typing import Any, Generator

import pytest

from .mock import Mock, World

# The world of a test. Stored here because a failed fixture and its fixtures aren't in the test's arguments.
WORLD = pytest.StashKey[World]()


MAX_LABEL = 500


@pytest.fixture(scope="session")
def nv_auth_mock_options() -> list[str]:
    """Options of the server, such as `["--runai", "3.0"]`. Override this fixture in your conftest."""
    return []


@pytest.fixture(scope="session")
def nv_auth_mock_server(nv_auth_mock_options: list[str]) -> Generator[Mock, None, None]:
    """One server for all tests of this process. Its state is shared between tests."""
    with Mock.start(*nv_auth_mock_options) as mock:
        yield mock


@pytest.fixture
def nv_auth_mock(nv_auth_mock_server: Mock, request: pytest.FixtureRequest) -> Generator[World, None, None]:
    """A world for this test, with separate users, keys, clock and journal."""
    with nv_auth_mock_server.world(label=request.node.nodeid[:MAX_LABEL]) as world:
        request.node.stash[WORLD] = world
        yield world


@pytest.hookimpl(hookwrapper=True)  # type: ignore[misc, unused-ignore]
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, None]:
    """Adds the mock's refusals to the report of a failed test or fixture."""
    outcome = yield
    report = outcome.get_result()
    world = item.stash.get(WORLD, None)
    if not report.failed or report.when == "teardown" or world is None:
        return
    try:
        text = world.describe_failure()
    except Exception as fault:  # Must not hide the test's failure.
        text = f"the mock's refusals could not be read: {fault}"
    if text:
        report.sections.append(("nv-auth-mock", text))
