"""Tests that a client renews its credential and respects Retry-After."""

import datetime
import json
import time
import urllib.error
import urllib.request


def send(method, url, body=None, token=None):
    """Returns the status, body and headers of a response."""
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


class Client:
    """The app. It keeps a credential, and gets a new one when it is refused."""

    def __init__(self, url, refusal, credential):
        """`refusal` is the status for an invalid credential: 401 for Run:ai, 403 for Cloud Functions."""
        self.url = url
        self.refusal = refusal
        self.credential = credential
        self.held = None

    def get(self, path):
        """Repeats the request once, if there is a new credential."""
        if self.held is None:
            self.held = self.credential()
        status = self.patiently(path)
        if status != self.refusal:
            return status
        before, self.held = self.held, self.credential()
        return status if self.held == before else self.patiently(path)

    def patiently(self, path):
        """Repeats the request once, after the time in Retry-After."""
        status, _, headers = send("GET", f"{self.url}{path}", token=self.held)
        if "retry-after" not in headers:
            return status
        time.sleep(int(headers["retry-after"]))
        return send("GET", f"{self.url}{path}", token=self.held)[0]


def runai_client(mock):
    return Client(mock.url, 401, lambda: mock.token("admin@acme.test"))


def test_the_token_is_asked_for_once_and_again_after_a_401(nv_auth_mock):
    client = runai_client(nv_auth_mock)
    assert [client.get("/api/v1/users"), client.get("/api/v1/users")] == [200, 200]
    nv_auth_mock.requests.verify(operation="grant_token", times=1)

    nv_auth_mock.clock.advance("1h")
    assert client.get("/api/v1/users") == 200
    nv_auth_mock.requests.verify(operation="get_users", reason="expired_token", times=1)
    nv_auth_mock.requests.verify(operation="grant_token", times=2)


def test_a_request_is_repeated_as_late_as_retry_after_says(nv_auth_mock):
    nv_auth_mock.faults.next("get_users", status=503, retryAfter=1)
    assert runai_client(nv_auth_mock).get("/api/v1/users") == 200

    second, first = nv_auth_mock.requests.list(operation="get_users")
    assert [first["status"], second["status"]] == [503, 200]
    moments = [datetime.datetime.strptime(one["at"], "%Y-%m-%dT%H:%M:%S.%fZ") for one in (first, second)]
    assert moments[1] - moments[0] > datetime.timedelta(seconds=0.95)


def test_a_key_that_was_rotated_is_read_again(nv_auth_mock):
    vault = {"key": nv_auth_mock.key("nvcf-deployer")}
    client = Client(nv_auth_mock.url, 403, lambda: vault["key"])
    assert client.get("/v2/nvcf/functions") == 200

    [key] = [one for one in nv_auth_mock.keys.list() if one["name"] == "nvcf-deployer"]
    vault["key"] = nv_auth_mock.call("POST", f"/keys/{key['id']}/rotate")["key"]
    assert client.get("/v2/nvcf/functions") == 200
    nv_auth_mock.requests.verify(operation="listFunctions", reason="unknown_key", times=1)
    nv_auth_mock.requests.verify(operation="listFunctions", status=200, times=2)
