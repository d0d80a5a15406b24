"""Tests of refusals and the clock."""

import json
import urllib.error
import urllib.request


def get(url, token):
    """Returns the status and headers of a response."""
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers


def test_a_researcher_cannot_list_users_and_is_told_why(nv_auth_mock):
    status, headers = get(f"{nv_auth_mock.url}/api/v1/users", nv_auth_mock.token("researcher@acme.test"))

    assert status == 403
    assert json.loads(headers["x-mock-decision"])["missing"] == ["users:read"]


def test_a_token_expires_when_the_clock_says_so(nv_auth_mock):
    token = nv_auth_mock.token("admin@acme.test")
    assert get(f"{nv_auth_mock.url}/api/v1/users", token)[0] == 200

    nv_auth_mock.clock.advance("1h")
    assert get(f"{nv_auth_mock.url}/api/v1/users", token)[0] == 401
