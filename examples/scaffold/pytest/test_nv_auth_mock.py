import urllib.error
import urllib.request


def status(url, token):
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


# Each test has its own world. Use `nv_auth_mock.url` instead of the control plane's URL in your client.
def test_a_token_is_valid_for_an_hour(nv_auth_mock):
    token = nv_auth_mock.token("researcher@acme.test")
    keys = f"{nv_auth_mock.url}/api/v1/access-keys"

    assert status(keys, token) == 200
    nv_auth_mock.clock.advance("1h")
    assert status(keys, token) == 401
