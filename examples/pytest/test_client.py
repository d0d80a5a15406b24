"""A client that renews its credential and waits when it is told to, and how the mock proves that."""

import datetime
import time

from conftest import send


class Client:
    """The app: it holds one credential, and gets another when that is no longer accepted."""

    def __init__(self, url, refusal, credential):
        """`refusal` is the status for a credential that is not accepted: 401 at Run:ai, 403 at Cloud Functions."""
        self.url = url
        self.refusal = refusal
        self.credential = credential
        self.held = None

    def get(self, path):
        """Repeats the request once, if there is another credential by now."""
        if self.held is None:
            self.held = self.credential()
        status = self.patiently(path)
        if status != self.refusal:
            return status
        before, self.held = self.held, self.credential()
        return status if self.held == before else self.patiently(path)

    def patiently(self, path):
        """Repeats the request once, after as many seconds as the server asks for."""
        status, _, headers = send("GET", f"{self.url}{path}", token=self.held)
        if "retry-after" not in headers:
            return status
        time.sleep(int(headers["retry-after"]))
        return send("GET", f"{self.url}{path}", token=self.held)[0]


def runai_client(mock):
    key = mock.access_key("admin@acme.test")
    order = {"grantType": "client_credentials", "clientId": key["clientId"], "clientSecret": key["clientSecret"]}
    return Client(mock.url, 401, lambda: send("POST", f"{mock.url}/api/v1/token", order)[1]["accessToken"])


def test_the_token_is_asked_for_once_and_again_after_a_401(mock):
    client = runai_client(mock)
    assert [client.get("/api/v1/users"), client.get("/api/v1/users")] == [200, 200]
    mock.received(operation="grant_token", times=1)

    mock.call("POST", "/drills/expire-tokens", {})
    assert client.get("/api/v1/users") == 200
    mock.received(operation="get_users", reason="expired_token", times=1)
    mock.received(operation="grant_token", times=2)


def test_a_request_is_repeated_as_late_as_retry_after_says(mock):
    mock.call("POST", "/faults", {"match": {"operation": "get_users"}, "times": 1, "do": {"status": 503, "retryAfter": 1}})
    assert runai_client(mock).get("/api/v1/users") == 200

    second, first = mock.call("GET", "/requests?operation=get_users")["requests"]
    assert [first["status"], second["status"]] == [503, 200]
    moments = [datetime.datetime.strptime(one["at"], "%Y-%m-%dT%H:%M:%S.%fZ") for one in (first, second)]
    assert moments[1] - moments[0] > datetime.timedelta(seconds=0.95)


def test_a_key_that_was_rotated_is_read_again(mock):
    key = mock.ngc_key("nvcf-deployer")
    vault = {"key": key["key"]}
    client = Client(mock.url, 403, lambda: vault["key"])
    assert client.get("/v2/nvcf/functions") == 200

    vault["key"] = mock.call("POST", f"/keys/{key['id']}/rotate")["key"]
    assert client.get("/v2/nvcf/functions") == 200
    mock.received(operation="listFunctions", reason="unknown_key", times=1)
    mock.received(operation="listFunctions", status=200, times=2)
