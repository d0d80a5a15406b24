"""Fixtures of pytest: one server for all tests, started by its command, and a world of its own for each test.

Needs the package `nv-auth-mock`, installed by npm where pytest runs, or the path of its command in MOCK_COMMAND.
"""

import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request

import pytest

COMMAND = shlex.split(os.environ.get("MOCK_COMMAND", "node_modules/.bin/nv-auth-mock"))


def send(method, url, body=None, token=None):
    """The status, body and headers of an answer."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.loads(response.read() or b"null"), response.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null"), error.headers


class World:
    """A world of the mock: the base URL of the app under test, and the switchboard."""

    def __init__(self, url, cast):
        self.url = url
        self.cast = cast

    def call(self, method, path, body=None):
        """Calls the switchboard, and returns its answer; a refused call fails the test with what it says."""
        status, answer, _ = send(method, f"{self.url}/_mock{path}", body)
        assert status < 400, answer["detail"]
        return answer

    def access_key(self, email):
        return next(user["accessKey"] for user in self.cast["runai"]["users"] if user["email"] == email)

    def ngc_key(self, name):
        return next(key for key in self.cast["ngc"]["keys"] if key["name"] == name)

    def received(self, **expected):
        """Whether such requests came: `received(operation="grant_token", times=1)`. If not, it fails with what came."""
        numbers = {name: expected.pop(name) for name in ("times", "atLeast", "atMost", "within") if name in expected}
        found = self.call("POST", "/requests/verify", {"match": expected, **numbers})
        came = [f"{one['method']} {one['path']}: {one['status']}" for one in found["matched"]]
        near = [f"{one['request']['path']}: {', '.join(one['differs'])}" for one in found["nearest"]]
        assert found["verified"], f"expected {numbers} of {expected}; {came} came, and the nearest are {near}"


@pytest.fixture(scope="session")
def server():
    # The command itself, not npx, which hands no signals on. It ends when its standard input closes, and the system closes
    # that however this process ends.
    arguments = [*COMMAND, "start", "--port", "0", "--json", "--exit-with-stdin"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        ready = process.stdout.readline()
        assert ready, "the mock did not start; what it says is on stderr"
        yield json.loads(ready)["url"]


@pytest.fixture
def mock(server):
    _, made, _ = send("POST", f"{server}/_mock/worlds", {})
    yield World(made["url"], made["cast"])
    send("DELETE", f"{server}/_mock/worlds/{made['id']}")
