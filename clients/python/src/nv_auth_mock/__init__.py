"""Tests against nv-auth-mock, a local mock of NVIDIA's auth and access-key APIs.

    with Mock.start() as mock:
        token = mock.token("researcher@acme.test")
        mock.clock.advance("1h")

With pytest, the fixture `nv_auth_mock` is a separate world for each test.
"""

from ._http import MockError
from ._server import NotStarted
from .keys import Keys, PendingEdit, Propagation
from .mock import Clients, Clock, Faults, Mock, Requests, World

__all__ = ["Clients", "Clock", "Faults", "Keys", "Mock", "MockError", "NotStarted", "PendingEdit", "Propagation", "Requests", "World"]
