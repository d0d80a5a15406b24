"""The mock as a fixture of pytest: started by its command, driven by HTTP.

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


def call(method, url, body=None, token=None):
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


@pytest.fixture(scope="session")
def server():
    # The command itself, not npx, which hands no signals on. It ends when its standard input closes, and the system closes
    # that however this process ends.
    arguments = [*COMMAND, "start", "--port", "0", "--json", "--exit-with-stdin"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield json.loads(process.stdout.readline())["url"]


@pytest.fixture
def mock(server):
    call("POST", f"{server}/_mock/reset")
    return server


def token_of(mock, user):
    _, cast, _ = call("GET", f"{mock}/_mock/cast")
    key = next(one["accessKey"] for one in cast["runai"]["users"] if one["email"] == user)
    credentials = {"clientId": key["clientId"], "clientSecret": key["clientSecret"]}
    status, body, _ = call("POST", f"{mock}/api/v1/token", {"grantType": "client_credentials", **credentials})
    assert status == 200
    return body["accessToken"]


def test_a_researcher_cannot_list_users_and_is_told_why(mock):
    status, _, headers = call("GET", f"{mock}/api/v1/users", token=token_of(mock, "researcher@acme.test"))

    assert status == 403
    assert json.loads(headers["x-mock-decision"])["missing"] == ["users:read"]


def test_a_token_expires_when_the_clock_says_so(mock):
    token = token_of(mock, "admin@acme.test")
    assert call("GET", f"{mock}/api/v1/users", token=token)[0] == 200

    call("POST", f"{mock}/_mock/clock/advance", {"by": "1h"})
    assert call("GET", f"{mock}/api/v1/users", token=token)[0] == 401
