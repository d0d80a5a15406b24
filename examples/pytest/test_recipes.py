"""What every client meets. In place of your client, the tests call the mock."""

import json
import urllib.error
import urllib.request

import pytest
from nv_auth_mock import MockError

ADMIN = "admin@acme.test"
USERS, FUNCTIONS, GRANT = "/api/v1/users", "/v2/nvcf/functions", "/api/v1/token"


def send(mock, method, path, credential, body=None):
    """Your client, in a few lines."""
    headers = {"authorization": f"Bearer {credential}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(mock.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, None


def key_id(mock, name):
    return next(key["id"] for key in mock.keys.list() if key["name"] == name)


def test_the_token_endpoint_is_down(nv_auth_mock):
    nv_auth_mock.faults.add(
        {"match": {"operation": "grant_token"}, "for": "30s", "do": {"status": 503, "retryAfter": "end"}}
    )
    with pytest.raises(MockError):
        nv_auth_mock.token(ADMIN)
    nv_auth_mock.clock.advance("30s")
    nv_auth_mock.token(ADMIN)
    nv_auth_mock.requests.verify(operation="grant_token", status=503, times=1)


def test_tokens_are_slow(nv_auth_mock):
    nv_auth_mock.faults.add({"match": {"operation": "grant_token"}, "for": "30s", "do": {"delay": "200ms"}})
    nv_auth_mock.token(ADMIN)
    nv_auth_mock.requests.verify(operation="grant_token", times=1)


def test_too_many_requests(nv_auth_mock):
    token = nv_auth_mock.token(ADMIN)
    do = {"status": 429, "retryAfter": "end", "offDocument": True}
    nv_auth_mock.faults.add({"match": {"service": "runai"}, "for": "30s", "do": do})
    send(nv_auth_mock, "GET", USERS, token)
    nv_auth_mock.clock.advance("30s")
    assert send(nv_auth_mock, "GET", USERS, token)[0] == 200
    nv_auth_mock.requests.verify(operation="get_users", status=429, times=1)


def test_the_token_has_expired(nv_auth_mock):
    token = nv_auth_mock.token(ADMIN)
    nv_auth_mock.clock.advance("2h")
    send(nv_auth_mock, "GET", USERS, token)
    send(nv_auth_mock, "GET", USERS, nv_auth_mock.token(ADMIN))
    nv_auth_mock.requests.verify(reason="expired_token", times=1)
    nv_auth_mock.requests.verify(operation="grant_token", times=2)


def test_the_signing_key_was_replaced(nv_auth_mock):
    def jwks():
        return json.dumps(send(nv_auth_mock, "GET", "/auth/realms/acme/protocol/openid-connect/certs", "")[1])

    rotated = nv_auth_mock.tokens.rotate_signing_key(overlap="10m")
    assert rotated["kid"] in jwks()
    nv_auth_mock.clock.advance("10m")
    assert rotated["previous"]["kid"] not in jwks()


def test_a_login_was_revoked(nv_auth_mock):
    token = nv_auth_mock.token(ADMIN)
    nv_auth_mock.tokens.revoke(ADMIN)
    send(nv_auth_mock, "GET", USERS, token)
    send(nv_auth_mock, "GET", USERS, nv_auth_mock.token(ADMIN))
    nv_auth_mock.requests.verify(reason="revoked_token", times=1)
    nv_auth_mock.requests.verify(operation="get_users", status=200, times=1)


def test_the_client_secret_was_changed(nv_auth_mock):
    key = nv_auth_mock.cast["runai"]["users"][0]["accessKey"]
    order = {"grantType": "client_credentials", "clientId": key["clientId"], "clientSecret": key["clientSecret"]}
    token = nv_auth_mock.token(ADMIN)
    changed = send(nv_auth_mock, "POST", f"/api/v1/access-keys/{key['id']}/secret", token)[1]
    send(nv_auth_mock, "POST", GRANT, "", order)
    assert send(nv_auth_mock, "POST", GRANT, "", {**order, **changed})[0] == 200
    nv_auth_mock.requests.verify(operation="grant_token", reason="wrong_secret", times=1)


def test_an_ngc_key_was_rotated(nv_auth_mock):
    rotated = nv_auth_mock.keys.rotate(key_id(nv_auth_mock, "nvcf-deployer"))
    send(nv_auth_mock, "GET", FUNCTIONS, nv_auth_mock.key("nvcf-deployer"))
    send(nv_auth_mock, "GET", FUNCTIONS, rotated["key"])
    nv_auth_mock.requests.verify(operation="listFunctions", reason="unknown_key", times=1)
    nv_auth_mock.requests.verify(operation="listFunctions", status=200, times=1)


def test_an_ngc_key_has_expired(nv_auth_mock):
    nv_auth_mock.clock.set("2099-12-31T23:00:00Z")
    nv_auth_mock.keys.edit(key_id(nv_auth_mock, "nvcf-deployer"), expires_at="2100-01-01T00:00:00Z")
    nv_auth_mock.clock.advance("1h")
    send(nv_auth_mock, "GET", FUNCTIONS, nv_auth_mock.key("nvcf-deployer"))
    nv_auth_mock.requests.verify(reason="expired_key", times=1)


def test_a_service_key_loses_a_scope_later(nv_auth_mock):
    key = nv_auth_mock.key("nvcf-deployer")
    nv_auth_mock.propagation.set(mode="fixed", delay="15m")
    nv_auth_mock.keys.edit(key_id(nv_auth_mock, "nvcf-deployer"), scopes=["deploy_function"])
    assert send(nv_auth_mock, "GET", FUNCTIONS, key)[0] == 200
    nv_auth_mock.clock.advance("15m")
    send(nv_auth_mock, "GET", FUNCTIONS, key)
    nv_auth_mock.requests.verify(operation="listFunctions", reason="missing_scope", times=1)


def test_a_user_loses_a_role(nv_auth_mock):
    nv_auth_mock.keys.edit(key_id(nv_auth_mock, "air-admin"), roles=[])
    send(nv_auth_mock, "GET", "/api/v3/simulations/", nv_auth_mock.key("air-admin"))
    nv_auth_mock.requests.verify(service="air", status=403, times=1)


def test_a_function_was_deleted(nv_auth_mock):
    key = nv_auth_mock.key("nvcf-full-access")
    echo = next(one for one in nv_auth_mock.cast["nvcf"]["functions"] if one["name"] == "echo")
    path = f"{FUNCTIONS}/{echo['functionId']}/versions/{echo['versionId']}"
    send(nv_auth_mock, "DELETE", path, key)
    send(nv_auth_mock, "GET", path, key)
    nv_auth_mock.requests.verify(method="GET", status=404, times=1)


def test_the_account_lost_a_model(nv_auth_mock):
    model, key = nv_auth_mock.cast["catalogue"]["models"][0]["id"], nv_auth_mock.key("catalogue-user")
    match = {"operation": "createChatCompletion", "body": {"model": model}}
    body = {"status": 404, "title": "Not Found", "detail": "Function 'f': Not found for account 'a'"}
    nv_auth_mock.faults.add({"match": match, "do": {"answer": {"status": 404, "body": body}, "offDocument": True}})
    chat = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
    send(nv_auth_mock, "POST", "/integrate/v1/chat/completions", key, chat)
    send(nv_auth_mock, "GET", "/integrate/v1/models", key)
    nv_auth_mock.requests.verify(operation="createChatCompletion", body={"model": model}, times=1)
    nv_auth_mock.requests.verify(operation="listModels", times=1)
