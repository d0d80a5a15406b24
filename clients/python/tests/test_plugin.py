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
    assert "fix: " in text


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
