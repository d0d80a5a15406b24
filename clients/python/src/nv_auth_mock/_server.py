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

# Long enough for a command in NV_AUTH_MOCK_COMMAND that pulls an image first.
PATIENCE = 120.0
STOPPING = 10.0

# File extensions of programs. On Windows, npm also installs a shell script without an extension.
ENDINGS = (".exe", ".cmd", ".bat", "") if os.name == "nt" else ("",)

NOT_INSTALLED = (
    "nv-auth-mock is not installed: it is neither on the PATH nor in `node_modules/.bin` of this folder or a parent folder. "
    "Install it with `npm i -D` and the file that `npm pack` creates in a clone (see "
    "https://github.com/nv-auth-mock/nv-auth-mock/blob/main/docs/how-to/install.md), or set NV_AUTH_MOCK_COMMAND to the "
    "command that starts it, or NV_AUTH_MOCK_URL to the URL of a running mock."
)


class NotStarted(Exception):
    """The mock did not start. The message has the reason."""


def command_line(command: Optional[Sequence[str]] = None) -> list[str]:
    """Returns the command that starts the mock: the given one, NV_AUTH_MOCK_COMMAND, or the installed one. Installs nothing.

    NV_AUTH_MOCK_COMMAND may also be the path of a script for Node, such as `dist/main.cjs`.
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
    """Splits NV_AUTH_MOCK_COMMAND into words, and resolves the program."""
    try:
        # A path may contain spaces.
        words = [given] if os.path.dirname(given) and os.path.isfile(given) else shlex.split(given)
    except ValueError:
        raise NotStarted("NV_AUTH_MOCK_COMMAND has an unclosed quote.") from None
    if len(words) == 1 and words[0].endswith((".cjs", ".js", ".mjs")) and os.path.isfile(words[0]):
        node = _in_path("node")
        if node is None:
            raise NotStarted(
                "The mock needs Node.js 20.19 or newer, and there is no `node` on the PATH. Install Node.js, set "
                "NV_AUTH_MOCK_COMMAND to a different command, or NV_AUTH_MOCK_URL to the URL of a running mock."
            )
        return [node, *words]
    program = words[0]
    found = _program(program) if os.path.dirname(program) else _in_path(program)
    if found is None:
        where = "" if os.path.dirname(program) else " on the PATH"
        raise NotStarted(
            f"NV_AUTH_MOCK_COMMAND is set to `{program}`, which is not a program{where}. Set it to the command that starts the "
            "mock, such as `/app/node_modules/.bin/nv-auth-mock`."
        )
    return [found, *words[1:]]


def _in_path(name: str) -> Optional[str]:
    """Finds a program in the absolute folders of PATH: an empty entry or `.` would be the working folder, which isn't trusted."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    return next(filter(None, (_program(os.path.join(folder, name)) for folder in folders)), None)


def _in_project(name: str) -> Optional[str]:
    """Finds a command that npm installed in the working folder or a parent folder."""
    folder, inner = os.getcwd(), ""
    while folder != inner:
        # Any user may write to a folder with the sticky bit, such as /tmp.
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
    """A mock in a separate process. It ends when its standard input closes, so even if this process is killed."""

    def __init__(
        self, arguments: Sequence[str], command: Optional[Sequence[str]] = None, env: Optional[Mapping[str, str]] = None
    ) -> None:
        line = [*command_line(command), "start", "--port", "0", "--log-level", "error", *arguments]
        # Last, so that they can't be overridden: the ready line is parsed, and closing the pipe stops the server.
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
                # Keeps Ctrl-C in the terminal from stopping the mock, which tests still need to clean up.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as fault:
            raise NotStarted(
                f"The mock could not be started with `{shlex.join(line)}`: {fault}. Set NV_AUTH_MOCK_COMMAND to the command "
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
        raise NotStarted(f"The mock did not start with `{shlex.join(line)}`. {self._last_words()}")

    def describe_end(self) -> Optional[str]:
        """Describes how the server ended, for calls without a response; None while it runs."""
        code = self._process.poll()
        if code is None:
            return None
        if self._process.stdin is None or self._process.stdin.closed:
            return "It was stopped."
        return f"It ended with exit code {code}. {self._last_words()}"

    def _last_words(self) -> str:
        for reader in self._readers:
            # Output may not be read completely yet. Limited, because a child process may keep the pipe open.
            reader.join(timeout=1)
        return f"It wrote: {''.join(self._said).strip() or 'nothing'}"

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
        """Stops the server. Can be called again."""
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
    """Returns the server's variables, without those that are only used to find it."""
    found = ("NV_AUTH_MOCK_URL", "NV_AUTH_MOCK_COMMAND")
    return {**{name: value for name, value in os.environ.items() if name not in found}, **(env or {})}


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
