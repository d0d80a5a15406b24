import http.server
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from nv_auth_mock import Mock, MockError, NotStarted

STARTS = """
import time
from nv_auth_mock import Mock
mock = Mock.start()
print(mock.url, flush=True)
time.sleep(60)
"""


def answers(url):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def ended(url):
    deadline = time.monotonic() + 10
    while answers(f"{url}/_mock/health"):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(autouse=True)
def found_by_its_command(monkeypatch):
    monkeypatch.delenv("NV_AUTH_MOCK_URL", raising=False)


def test_it_takes_options_and_ends_with_its_block():
    with Mock.start("--runai", "3.0") as mock:
        assert mock.call("GET", "/info")["configuration"]["runai"]["value"] == "3.0"
        with pytest.raises(LookupError, match="does not grant tokens to applications"):
            mock.token("ci-app")
    assert ended(mock.url)
    with pytest.raises(MockError, match="It was stopped"):
        mock.clock.now()
    mock.stop()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_process_that_started_it(how):
    process = subprocess.Popen([sys.executable, "-c", STARTS], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert answers(f"{url}/_mock/health")
    process.send_signal(how)
    process.wait()
    assert ended(url)


def test_one_that_runs_already_is_used_with_its_admin_token_and_left_running(monkeypatch):
    with Mock.start(env={"NV_AUTH_MOCK_ADMIN_TOKEN": "an-admin-token"}) as running:
        monkeypatch.setenv("NV_AUTH_MOCK_URL", running.url)
        with pytest.raises(MockError, match="x-mock-admin-token"):
            Mock.start()
        monkeypatch.setenv("NV_AUTH_MOCK_ADMIN_TOKEN", "an-admin-token")
        with Mock.start() as mock:
            assert mock.url == running.url
            with mock.world() as world:
                assert world.token()
        assert answers(f"{running.url}/_mock/health")


def test_options_are_not_for_one_that_runs_already(monkeypatch):
    monkeypatch.setenv("NV_AUTH_MOCK_URL", "http://127.0.0.1:9")
    with pytest.raises(NotStarted, match="NV_AUTH_MOCK_URL is set, so no server is started"):
        Mock.start("--runai", "3.0")


@pytest.mark.parametrize("url", ["127.0.0.1:6625", "localhost", "ftp://x", "http://", "http://[::1", "http://me:swordfish@127.0.0.1:6625"])
def test_a_url_that_is_none_is_told_without_its_text(monkeypatch, url):
    monkeypatch.setenv("NV_AUTH_MOCK_URL", url)
    with pytest.raises(MockError, match="not valid. Expected a URL such as `http://127.0.0.1:6625`") as told:
        Mock.start()
    assert "swordfish" not in str(told.value)


@pytest.mark.parametrize("status, said", [(404, b"nothing here"), (404, b"{}"), (200, b"hello"), (200, b"[]")])
def test_another_server_is_told_from_a_mock(status, said):
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever).start()
        try:
            with pytest.raises(MockError, match="nv-auth-mock"):
                Mock.connect(f"http://127.0.0.1:{other.server_port}")
        finally:
            other.shutdown()


def test_over_https_the_authority_must_be_trusted(monkeypatch, tmp_path):
    options = ["--tls", "--data", str(tmp_path / "mock.db")]
    with pytest.raises(MockError, match="The certificate of https://127.0.0.1:.* is not trusted: .* Set SSL_CERT_FILE"):
        Mock.start(*options)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mock.db.ca.pem"))
    with Mock.start(*options) as mock:
        assert mock.token()
        monkeypatch.delenv("SSL_CERT_FILE")
        with Mock.connect(mock.url, ca=str(tmp_path / "mock.db.ca.pem")).world() as world:
            assert world.token()


def test_a_wrong_option_is_told_as_the_command_says_it():
    with pytest.raises(NotStarted, match="Did you mean `--runai`"):
        Mock.start("--runay", "3.0")


def test_a_url_where_nobody_listens_is_told(monkeypatch):
    monkeypatch.setenv("NV_AUTH_MOCK_URL", "http://127.0.0.1:9")
    with pytest.raises(MockError, match="No mock responds at http://127.0.0.1:9"):
        Mock.start()


def test_a_proxy_of_the_machine_is_not_asked_for_this_machine(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Mock.start() as mock:
        assert mock.clock.now()


def test_a_command_of_a_program_is_taken_as_given():
    command = os.environ["NV_AUTH_MOCK_COMMAND"].split()
    with Mock.start(command=["node", *command] if len(command) == 1 else command) as mock:
        assert mock.clock.now()
