"""The process of a mock."""

from __future__ import annotations

import collections
import json
import os
import queue
import shlex
import stat
import subprocess
import threading
from typing import Any, Deque, Mapping, Optional, Sequence

# How long a start may take: a command in NV_AUTH_MOCK_COMMAND may have to fetch an image first.
PATIENCE = 120.0
STOPPING = 10.0

# Endings of programs. On Windows npm puts `nv-auth-mock`, a script for other shells, beside `nv-auth-mock.cmd`.
ENDINGS = (".exe", ".cmd", ".bat", "") if os.name == "nt" else ("",)

NOT_INSTALLED = (
    "nv-auth-mock is not installed: it is neither on the PATH nor in `node_modules/.bin` of this folder or one above. "
    "Install it by `npm i -D` with the file that `npm pack` makes in a clone, as "
    "https://github.com/nv-auth-mock/nv-auth-mock/blob/main/docs/how-to/install.md says, or set NV_AUTH_MOCK_COMMAND to the "
    "command that starts it, or NV_AUTH_MOCK_URL to the URL of a running mock."
)


class NotStarted(Exception):
    """The mock did not start, and says why."""


def command_line(command: Optional[Sequence[str]] = None) -> list[str]:
    """How the mock is started: as given, by NV_AUTH_MOCK_COMMAND, or by the command that is installed. Nothing is installed here.

    NV_AUTH_MOCK_COMMAND may also be the path of a script, such as `dist/main.cjs`, which Node then runs.
    """
    if command is not None:
        return list(command)
    given = os.environ.get("NV_AUTH_MOCK_COMMAND", "").strip()
    if given:
        return _named(given)
    installed = _in_path("nv-auth-mock") or _in_project("nv-auth-mock")
    if installed is None:
        raise NotStarted(NOT_INSTALLED)
    return [installed]


def _named(given: str) -> list[str]:
    """The words of NV_AUTH_MOCK_COMMAND, with the path of the program."""
    try:
        # A path may have spaces.
        words = [given] if os.path.dirname(given) and os.path.isfile(given) else shlex.split(given)
    except ValueError:
        raise NotStarted("NV_AUTH_MOCK_COMMAND has a quote without its end. Close it.") from None
    if len(words) == 1 and words[0].endswith((".cjs", ".js", ".mjs")) and os.path.isfile(words[0]):
        node = _in_path("node")
        if node is None:
            raise NotStarted(
                "The mock needs Node.js 20.19 or newer, and there is no `node` on the PATH. Install Node.js, set "
                "NV_AUTH_MOCK_COMMAND to another command, or NV_AUTH_MOCK_URL to the URL of a running mock."
            )
        return [node, *words]
    program = words[0]
    found = _program(program) if os.path.dirname(program) else _in_path(program)
    if found is None:
        where = "" if os.path.dirname(program) else " on the PATH"
        raise NotStarted(
            f"NV_AUTH_MOCK_COMMAND names `{program}`, which is not a program{where}. Set it to the command that starts the "
            "mock, such as `/app/node_modules/.bin/nv-auth-mock`."
        )
    return [found, *words[1:]]


def _in_path(name: str) -> Optional[str]:
    """A program of PATH, in folders named in full: an empty entry and `.` are the working folder, whoever wrote it."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    return next(filter(None, (_program(os.path.join(folder, name)) for folder in folders)), None)


def _in_project(name: str) -> Optional[str]:
    """A command that npm installed in the working folder, or in one above."""
    folder, inner = os.getcwd(), ""
    while folder != inner:
        # Everybody may write into a folder with the sticky bit, such as /tmp.
        if not os.stat(folder).st_mode & stat.S_ISVTX:
            found = _program(os.path.join(folder, "node_modules", ".bin", name))
            if found is not None:
                return found
        folder, inner = os.path.dirname(folder), folder
    return None


def _program(path: str) -> Optional[str]:
    paths = (path + ending for ending in ENDINGS)
    return next((one for one in paths if os.path.isfile(one) and os.access(one, os.X_OK)), None)


class Server:
    """A mock in a process of its own. It ends when its standard input closes, so however this process ends."""

    def __init__(
        self, arguments: Sequence[str], command: Optional[Sequence[str]] = None, env: Optional[Mapping[str, str]] = None
    ) -> None:
        line = [*command_line(command), "start", "--port", "0", "--log-level", "error", *arguments]
        # Last, because the ready line is read, and the pipe is what ends it.
        line += ["--json", "--exit-with-stdin"]
        try:
            self._process = subprocess.Popen(
                line,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env=_environment(env),
                # Ctrl-C in a terminal reaches every process of a group, and tests still need the mock to clean up.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as fault:
            raise NotStarted(
                f"The mock could not be started by `{shlex.join(line)}`: {fault}. Set NV_AUTH_MOCK_COMMAND to the command "
                "that starts it, such as `/app/node_modules/.bin/nv-auth-mock`."
            ) from fault
        self._said: Deque[str] = collections.deque(maxlen=50)
        self._ready: queue.Queue[Optional[str]] = queue.Queue()
        self._readers = [threading.Thread(target=work, daemon=True) for work in (self._read_output, self._read_errors)]
        for reader in self._readers:
            reader.start()
        self.url = self._wait(line)

    def _wait(self, line: Sequence[str]) -> str:
        try:
            url = self._ready.get(timeout=PATIENCE)
        except queue.Empty:
            url = None
        if url is not None:
            return url
        self.stop()
        raise NotStarted(f"The mock did not start by `{shlex.join(line)}`. {self._last_words()}")

    def describe_end(self) -> Optional[str]:
        """How the server ended, for the message of a call that it did not answer; None while it runs."""
        code = self._process.poll()
        if code is None:
            return None
        if self._process.stdin is None or self._process.stdin.closed:
            return "It was stopped."
        return f"It ended with exit code {code}. {self._last_words()}"

    def _last_words(self) -> str:
        for reader in self._readers:
            # The output of a process that has ended may not be read yet; a child of it may keep the pipe open.
            reader.join(timeout=1)
        return f"It said: {''.join(self._said).strip() or 'nothing'}"

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                event = _event(line)
                if event.get("event") == "ready":
                    self._ready.put(event["url"])
                elif not event:
                    self._said.append(line)
        self._ready.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as errors:
            self._said.extend(errors)

    def stop(self) -> None:
        """Ends the server; can be called again."""
        process = self._process
        if process.stdin is not None and not process.stdin.closed:
            try:
                process.stdin.close()
            except OSError:
                pass  # It has ended already.
        try:
            process.wait(timeout=STOPPING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for reader in self._readers:
            reader.join(timeout=1)


def _environment(env: Optional[Mapping[str, str]]) -> dict[str, str]:
    """The variables of the server: not those that say how it is found."""
    found = ("NV_AUTH_MOCK_URL", "NV_AUTH_MOCK_COMMAND")
    return {**{name: value for name, value in os.environ.items() if name not in found}, **(env or {})}


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
