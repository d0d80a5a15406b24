import os
import signal
import subprocess
import sys

import pytest

FAILS = """
import urllib.request, urllib.error

def test_refused(nv_auth_mock):
    request = urllib.request.Request(nv_auth_mock.url + "/v2/nvcf/functions",
        headers={"authorization": "Bearer " + nv_auth_mock.key("air-reader")})
    try:
        status = urllib.request.urlopen(request).status
    except urllib.error.HTTPError as refused:
        status = refused.code
    assert status == 200

def test_fine(nv_auth_mock):
    assert nv_auth_mock.clock.now()["ahead"] == "PT0S"
"""


def test_the_report_of_a_failed_test_says_what_was_refused_and_how_to_fix_it(pytester):
    pytester.makepyfile(FAILS)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    text = result.stdout.str()
    assert "nv-auth-mock" in text
    assert "the mock refused, latest first:" in text
    assert "GET /v2/nvcf/functions" in text
    assert "    this rule is `contradicted`, not documented: " in text
    assert "fix: " in text


def test_a_fixture_that_fails_has_the_refusals_in_its_report_too(pytester):
    pytester.makepyfile(
        """
        import pytest, urllib.request

        @pytest.fixture
        def functions(nv_auth_mock):
            return urllib.request.urlopen(urllib.request.Request(nv_auth_mock.url + "/v2/nvcf/functions",
                headers={"authorization": "Bearer " + nv_auth_mock.key("air-reader")}))

        def test_functions(functions):
            pass
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    assert "the mock refused, latest first:" in result.stdout.str()


def test_a_mock_that_ended_is_told_by_what_it_said(pytester):
    pytester.makepyfile(
        """
        def test_one(nv_auth_mock, nv_auth_mock_server):
            process = nv_auth_mock_server._server._process
            process.kill()
            process.wait()
            nv_auth_mock.clock.advance("1h")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.re_match_lines([r"E .*MockError: No mock responds at .* It ended with exit code -?\d+\. It wrote: nothing"])
    assert "The above exception" not in result.stdout.str()


def test_nothing_is_left_open_that_python_warns_of(pytester):
    pytester.makepyfile(
        """
        import gc
        from nv_auth_mock import Mock

        def test_own():
            with Mock.start() as mock:
                assert mock.token()
            del mock
            gc.collect()
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=1)
    assert result.ret == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups of processes that a signal reaches")
def test_an_interrupt_of_the_terminal_ends_without_errors(pytester):
    file = pytester.makepyfile("def test_waits(nv_auth_mock):\n    print('it waits', flush=True)\n    import time; time.sleep(60)")
    running = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    while "it waits" not in running.stdout.readline():
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    said, _ = running.communicate(timeout=30)
    assert running.returncode == pytest.ExitCode.INTERRUPTED
    assert "MockError" not in said


def test_workers_of_xdist_have_servers_of_their_own_and_report_refusals(pytester):
    pytest.importorskip("xdist")
    pytester.makepyfile(
        test_servers="""
        import pytest

        @pytest.mark.parametrize("n", range(4))
        def test_server(nv_auth_mock_server, n, worker_id, tmp_path_factory):
            folder = tmp_path_factory.getbasetemp().parent
            (folder / f"server-{worker_id}").write_text(nv_auth_mock_server.url)
        """,
        test_refused=FAILS,
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2", "--dist", "each", "--basetemp", "base")
    result.assert_outcomes(passed=10, failed=2)
    assert "the mock refused, latest first:" in result.stdout.str()
    servers = [file.read_text() for file in (pytester.path / "base").glob("server-*")]
    assert len(set(servers)) == 2


def test_a_conftest_gives_the_server_its_options(pytester):
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def nv_auth_mock_options():
            return ["--runai", "2.19"]
        """
    )
    pytester.makepyfile(
        """
        def test_version(nv_auth_mock):
            assert nv_auth_mock.call("GET", "/info")["configuration"]["runai"]["value"] == "2.19"
            assert nv_auth_mock.token("ci-app")
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_test_that_asks_for_no_mock_starts_none(pytester, monkeypatch):
    monkeypatch.setenv("NV_AUTH_MOCK_COMMAND", "/no/such/command")
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
