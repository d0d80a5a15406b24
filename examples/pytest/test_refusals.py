"""Refusals, and the clock."""

import json

from conftest import send


def token_of(mock, email):
    key = mock.access_key(email)
    credentials = {"clientId": key["clientId"], "clientSecret": key["clientSecret"]}
    status, body, _ = send("POST", f"{mock.url}/api/v1/token", {"grantType": "client_credentials", **credentials})
    assert status == 200
    return body["accessToken"]


def test_a_researcher_cannot_list_users_and_is_told_why(mock):
    status, _, headers = send("GET", f"{mock.url}/api/v1/users", token=token_of(mock, "researcher@acme.test"))

    assert status == 403
    assert json.loads(headers["x-mock-decision"])["missing"] == ["users:read"]


def test_a_token_expires_when_the_clock_says_so(mock):
    token = token_of(mock, "admin@acme.test")
    assert send("GET", f"{mock.url}/api/v1/users", token=token)[0] == 200

    mock.call("POST", "/clock/advance", {"by": "1h"})
    assert send("GET", f"{mock.url}/api/v1/users", token=token)[0] == 401
