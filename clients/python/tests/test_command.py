import os
import re

import pytest

from nv_auth_mock import Mock, NotStarted, _server

NAME = "nv-auth-mock"


def program(folder, name=NAME):
    """A program that says so if it is started, in a folder that is made for it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\necho started >&2; exit 3\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(name="here", autouse=True)
def empty_folder(monkeypatch, tmp_path):
    """The working folder, without variables and with an empty folder as the PATH."""
    for name in ("NV_AUTH_MOCK_URL", "NV_AUTH_MOCK_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    here = tmp_path / "project" / "tests"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return here


def test_the_variable_comes_before_the_path_and_the_path_before_the_folders(here, monkeypatch, tmp_path):
    above = program(here.parent / "node_modules" / ".bin")
    assert _server.command_line() == [above]
    beside = program(here / "node_modules" / ".bin")
    assert _server.command_line() == [beside]
    in_path = program(tmp_path / "path")
    assert _server.command_line() == [in_path]
    other = program(tmp_path / "path", "other")
    monkeypatch.setenv("NV_AUTH_MOCK_COMMAND", "other --runai '3.0'")
    assert _server.command_line() == [other, "--runai", "3.0"]


def test_nothing_is_installed_but_told_how(monkeypatch, tmp_path):
    for name in ("node", "npx", "npm"):
        program(tmp_path / "path", name)
    with pytest.raises(NotStarted, match="is not installed: .* Install it with `npm i -D` .* or set NV_AUTH_MOCK_COMMAND"):
        Mock.start()


@pytest.mark.parametrize("path", ["", ".", ":", ".:", "tests", "./"])
def test_the_working_folder_is_no_part_of_the_path_unless_it_is_named_in_full(here, monkeypatch, path):
    found = program(here)
    monkeypatch.setenv("PATH", path)
    with pytest.raises(NotStarted, match="is not installed"):
        Mock.start()
    monkeypatch.setenv("NV_AUTH_MOCK_COMMAND", NAME)
    with pytest.raises(NotStarted, match="NV_AUTH_MOCK_COMMAND is set to `nv-auth-mock`, which is not a program on the PATH"):
        Mock.start()
    monkeypatch.setenv("PATH", os.pathsep.join([path, str(here)]))
    assert _server.command_line() == [found]


def test_a_folder_that_everybody_may_write_into_has_no_command_for_anybody(here):
    planted = here.parent.parent
    program(planted / "node_modules" / ".bin")
    planted.chmod(0o1777)
    with pytest.raises(NotStarted, match="is not installed"):
        Mock.start()


def test_of_the_commands_that_npm_puts_on_windows_the_one_for_windows_is_taken(here, monkeypatch):
    folder = here / "node_modules" / ".bin"
    program(folder)
    for_windows = program(folder, f"{NAME}.cmd")
    monkeypatch.setattr(_server, "ENDINGS", (".exe", ".cmd", ".bat", ""))
    assert _server.command_line() == [for_windows]


def test_a_file_that_is_no_program_is_not_taken_for_one(here, tmp_path):
    (tmp_path / "path" / NAME).mkdir(parents=True)
    os.chmod(program(here / "node_modules" / ".bin"), 0o644)
    with pytest.raises(NotStarted, match="is not installed"):
        Mock.start()


@pytest.mark.parametrize(
    "command, said",
    [
        ("/no/such/command --flag", "is set to `/no/such/command`, which is not a program. Set it to"),
        ("no-such-command --flag", "is set to `no-such-command`, which is not a program on the PATH. Set it to"),
        ("/no/such/main.cjs", "is set to `/no/such/main.cjs`, which is not a program. Set it to"),
        ("'/no/such", "has an unclosed quote"),
        ("main.cjs", "needs Node.js 20.19 or newer, and there is no `node` on the PATH"),
    ],
)
def test_a_variable_that_names_no_program_is_told(here, monkeypatch, command, said):
    (here / "main.cjs").write_text("")
    monkeypatch.setenv("NV_AUTH_MOCK_COMMAND", command)
    with pytest.raises(NotStarted, match=said) as told:
        Mock.start()
    assert "--flag" not in str(told.value)


def test_the_path_of_a_command_may_have_spaces_and_of_a_script_too(here, monkeypatch, tmp_path):
    spaced = program(tmp_path / "a folder", "a program")
    for command in (spaced, f"'{spaced}'"):
        monkeypatch.setenv("NV_AUTH_MOCK_COMMAND", command)
        assert _server.command_line() == [spaced]
    node = program(tmp_path / "path", "node")
    script = program(tmp_path / "a folder", "main.cjs")
    monkeypatch.setenv("NV_AUTH_MOCK_COMMAND", script)
    assert _server.command_line() == [node, script]


def test_a_command_that_does_not_start_the_mock_is_told_with_what_it_said(here, monkeypatch, tmp_path):
    named = program(tmp_path / "path", "other")
    monkeypatch.setenv("NV_AUTH_MOCK_COMMAND", "other")
    with pytest.raises(NotStarted, match=f"did not start with `{re.escape(named)} start .*It wrote: started"):
        Mock.start()
