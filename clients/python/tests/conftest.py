import json
import urllib.error
import urllib.request

import pytest

pytest_plugins = ["pytester"]


def send(method, url, token=None, body=None):
    """The status, body and headers of an answer."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    data = None
    if body is not None:
        headers["content-type"] = "application/json"
        data = json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read() or b"null"), answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read() or b"null"), refused.headers


@pytest.fixture(name="send")
def send_fixture():
    return send
