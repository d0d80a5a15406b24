"""A mock, its worlds, and what tests drive in them."""

from __future__ import annotations

import difflib
import os
import re
import secrets
import urllib.parse
from types import TracebackType
from typing import TYPE_CHECKING, Any, Iterable, List, Mapping, Optional, Sequence, Type, TypeVar, Union

from ._http import Connection, MockError, given
from ._report import describe_failure, request_line, request_lines
from ._server import NotStarted, Server
from .keys import Keys, Propagation

if TYPE_CHECKING:
    from . import _control as control

Its = TypeVar("Its", bound="World")

# The version of Run:ai that treats every client as an application, and the one that issues no tokens to applications.
EVERY_CLIENT_IS_AN_APPLICATION = "2.19"
NO_GRANT_FOR_APPLICATIONS = "3.0"


class Clock:
    """The clock of a world. It only goes forward."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> control.ClockReading:
        return self._connection.call("GET", "/clock")

    def advance(self, by: str) -> control.ClockChange:
        """Moves it forward by a duration, such as `15m`; a frozen one stays frozen."""
        return self._connection.call("POST", "/clock/advance", {"by": by})

    def set(self, to: str) -> control.ClockChange:
        """Moves it to a moment as RFC 3339 writes it, not before now."""
        return self._connection.call("POST", "/clock/set", {"to": to})

    def freeze(self) -> control.ClockChange:
        return self._connection.call("POST", "/clock/freeze")

    def resume(self) -> control.ClockChange:
        return self._connection.call("POST", "/clock/resume")


class Requests:
    """The journal of a world: every request of every service, but those of the control API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, *, limit: Optional[int] = None, **match: Any) -> List[control.RecordedRequest]:
        """Newest first: `list(operation="grant_token", status=200)`."""
        return self._connection.pages("requests", {"limit": limit, **match})

    def verify(
        self,
        *,
        times: Optional[int] = None,
        at_least: Optional[int] = None,
        at_most: Optional[int] = None,
        within: Optional[str] = None,
        **match: Any,
    ) -> control.Verified:
        """Did such requests come? `verify(operation="grant_token", times=1)`; without a number, at least one.

        Raises AssertionError with what came instead, and MockError where no request can be like this.
        """
        __tracebackhide__ = True  # pytest shows the line of the test.
        number = given(times=times, atLeast=at_least, atMost=at_most, within=within)
        found = self._connection.call("POST", "/requests/verify", {"match": match, **number})
        if found["verified"]:
            return found
        # The body may have secrets.
        shown = {name: value for name, value in match.items() if name != "body"}
        lines = request_lines(found["matched"])
        for near in found["nearest"]:
            lines += [f"  nearly: {request_line(near['request'])}", *(f"    {text}" for text in near["differs"])]
        came = "none came" if found["count"] == 0 else f"{found['count']} came"
        raise AssertionError("\n".join([f"expected {number or 'at least one'} of {shown}; {came}", *lines]))

    def assert_token_fetched_once(self) -> None:
        """No client fetched a token while it had a valid one. A client may renew its token in the last tenth of the
        token's life, and after a 401.

        Like the other assertions about clients, it raises AssertionError with the requests, and MockError if no request
        could have shown the mistake, because then it proves nothing.
        """
        __tracebackhide__ = True
        self._assert("token-fetched-once")

    def assert_token_sent_with_every_request(self) -> None:
        """Each request that needs a credential had one."""
        __tracebackhide__ = True
        self._assert("token-sent-with-every-request")

    def assert_gave_up_after_forbidden(self) -> None:
        """No client repeated a request after a 403. A repeated request that was allowed does not count."""
        __tracebackhide__ = True
        self._assert("gave-up-after-forbidden")

    def assert_respected_retry_after(self) -> None:
        """No client repeated a request before the time in `Retry-After` had passed, by the clock of the world."""
        __tracebackhide__ = True
        self._assert("respected-retry-after")

    def assert_called_only_documented_operations(self) -> None:
        """Each request had an operation in the documents in force."""
        __tracebackhide__ = True
        self._assert("called-only-documented-operations")

    def _assert(self, name: str) -> None:
        __tracebackhide__ = True
        found: control.AssertionResult = self._connection.call("GET", f"/requests/assertions/{name}")
        if not found["passed"]:
            raise AssertionError("\n".join([found["sentence"], *request_lines(found["requests"])]))


class Faults:
    """What goes wrong on purpose in a world."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, order: control.FaultOrder) -> control.Fault:
        """`add({"match": {"operation": "grant_token"}, "times": 1, "do": {"status": 503}})`."""
        return self._connection.call("POST", "/faults", order)

    def next(self, operation: str, *, times: int = 1, **do: Any) -> control.Fault:
        """The next call of an operation fails: `next("grant_token", status=503)`."""
        return self.add({"match": {"operation": operation}, "times": times, "do": do})  # type: ignore[typeddict-item]

    def list(self) -> List[control.Fault]:
        return self._connection.pages("faults")

    def remove(self, fault_id: str) -> None:
        self._connection.call("DELETE", f"/faults/{urllib.parse.quote(fault_id, safe='')}")

    def clear(self) -> None:
        self._connection.call("DELETE", "/faults")


class Clients:
    """The OAuth clients with which users log in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, order: control.OAuthClientOrder) -> control.CreatedOAuthClient:
        return self._connection.call("POST", "/clients", order)

    def list(self) -> List[control.OAuthClient]:
        return self._connection.pages("clients")

    def delete(self, client_id: str) -> None:
        self._connection.call("DELETE", f"/clients/{urllib.parse.quote(client_id, safe='')}")


class Tokens:
    """The tokens that Run:ai's grants issue."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claims(self, rules: Optional[Sequence[control.ClaimRule]] = None) -> List[control.ClaimRule]:
        """Changes the tokens that are issued from now on: `claims([{"sub": "admin@acme.test", "set": {"team": "a"}}])`.

        It replaces all rules, and `[]` removes them; without an argument nothing changes. Returns the rules in force.
        Raises MockError.
        """
        if rules is None:
            kept: control.ClaimRules = self._connection.call("GET", "/tokens/claims")
        else:
            kept = self._connection.call("PUT", "/tokens/claims", {"rules": list(rules)})
        return kept["rules"]


class World:
    """A world of a mock: users, keys, a clock and a journal of its own. `url` is the base URL of your client."""

    def __init__(self, connection: Connection, id: str, cast: Optional[control.Cast] = None) -> None:
        self._connection = connection
        self.id = id
        self.url = connection.url
        self._cast = cast
        self.clock = Clock(connection)
        self.requests = Requests(connection)
        self.faults = Faults(connection)
        self.keys = Keys(connection)
        self.propagation = Propagation(connection, self.keys)
        self.clients = Clients(connection)
        self.tokens = Tokens(connection)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} at {self.url}>"

    @property
    def cast(self) -> control.Cast:
        """The identities of the world, with their credentials; read at first use. Raises MockError."""
        if self._cast is None:
            self._cast = self._connection.call("GET", "/cast?bearers=false")
        return self._cast

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Any call of the control API: `call("POST", "/drills/expire-tokens", {})`. Raises MockError."""
        return self._connection.call(method, path, body)

    def key(self, name: str) -> str:
        """The text of a key in the cast, by its name or `org/name`. Raises LookupError with the nearest name."""
        keys = (self.cast.get("ngc") or {}).get("keys") or []
        full = [f"{key['org']}/{key['name']}" for key in keys]
        found = [key for key, path in zip(keys, full) if name in (key["name"], path)]
        if len(found) == 1:
            return found[0]["key"]
        if found:
            raise LookupError(f"Several keys in the cast are named `{name}`. Use {_list_names(name, (f for f in full if f.endswith('/' + name)))}.")
        names = full if "/" in name else [key["name"] for key in keys]
        raise LookupError(_unknown("key", name, names, names))

    def token(self, name: Optional[str] = None) -> str:
        """An access token of Run:ai.

        `name`: a user's e-mail; the name or client id of an application, a service account or an access key; None: the
        first user who has an access key. Raises LookupError with the nearest name.
        """
        version = self.call("GET", "/info")["configuration"]["runai"]["value"]
        status, answer = self._connection.send("POST", "/api/v1/token", self._token_request(name, version))
        if status == 200:
            return answer["accessToken"]
        said = answer.get("message") if isinstance(answer, dict) else answer
        raise MockError(f"The mock did not issue a token: {said}", status)

    def _token_request(self, name: Optional[str], version: str) -> dict[str, str]:
        runai = self.cast.get("runai") or {}

        def application(id: str, secret: str) -> dict[str, str]:
            return {"grantType": "app_token", "appID": id, "appSecret": secret}

        def client(id: str, secret: str) -> dict[str, str]:
            if version == EVERY_CLIENT_IS_AN_APPLICATION:
                return application(id, secret)
            return {"grantType": "client_credentials", "clientId": id, "clientSecret": secret}

        holders: list[tuple[list[str], dict[str, str]]] = []
        for user in runai.get("users") or []:
            own = user.get("accessKey")
            if own is None:
                holders.append(([user["email"]], {"grantType": "password", "username": user["email"], "password": user["password"]}))
            else:
                names = [user["email"], own["name"], own["clientId"]]
                holders.append((names, client(own["clientId"], own["clientSecret"])))
            for key in user.get("accessKeys") or []:
                holders.append(([key["name"], key["clientId"]], client(key["clientId"], key["clientSecret"])))
        if name is None:
            first = next((request for _, request in holders if "username" not in request), None)
            if first is None:
                raise LookupError("No user in the cast has an access key. Pass the name of a user, an application or a service account.")
            return first
        for app in runai.get("applications") or []:
            if version == NO_GRANT_FOR_APPLICATIONS and name in (app["name"], app["clientId"]):
                raise LookupError(
                    f"`{name}` is an application, and Run:ai {version} issues no tokens to applications. Use a service account or a user."
                )
            holders.append(([app["name"], app["clientId"]], application(app["clientId"], app["secret"])))
        for account in runai.get("serviceAccounts") or []:
            holders.append(([account["name"], account["clientId"]], client(account["clientId"], account["clientSecret"])))
        for names, request in holders:
            if name in names:
                return request
        every = [one for names, _ in holders for one in names]
        raise LookupError(_unknown("user, application or service account", name, every, [names[0] for names, _ in holders]))

    def describe_failure(self) -> str:
        """What the mock refused and why, with fixes, for a test that failed; empty if there is nothing."""
        return describe_failure(self)

    def reset(self) -> None:
        """As it was seeded; the clock shows real time."""
        self.call("POST", "/reset")

    def stop(self) -> None:
        """Ends the world; can be called again."""
        try:
            self._connection.at(self._root()).call("DELETE", f"/worlds/{urllib.parse.quote(self.id, safe='')}")
        except MockError as fault:
            if fault.status != 404:
                raise

    def _root(self) -> str:
        parts = urllib.parse.urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def __enter__(self: Its) -> Its:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], fault: Optional[BaseException], place: Optional[TracebackType]
    ) -> None:
        self.stop()


class Mock(World):
    """A running mock, and its default world: `with Mock.start() as mock:`."""

    def __init__(self, connection: Connection, server: Optional[Server]) -> None:
        self._server = server
        cast = connection.call("GET", "/cast")
        if not isinstance(cast, dict):
            raise MockError(f"{connection.url} answers, but it is not nv-auth-mock.")
        super().__init__(connection, "default", cast)

    @classmethod
    def start(
        cls, *options: str, command: Optional[Sequence[str]] = None, env: Optional[Mapping[str, str]] = None
    ) -> Mock:
        """Starts a server that ends with this process: `Mock.start("--runai", "3.0")`.

        `options` and `env` are flags and variables of the server. Without a `command`, a server that NV_AUTH_MOCK_URL names
        is used; it takes neither, and `stop` leaves it running. Raises NotStarted.
        """
        url = os.environ.get("NV_AUTH_MOCK_URL")
        if url and command is None:
            if options or env:
                raise NotStarted(
                    "NV_AUTH_MOCK_URL names a server that runs already, and the options are for one that is started here. "
                    "Start that server with them, and leave them out here, or unset the variable."
                )
            return cls.connect(url)
        server = Server(options, command, env)
        try:
            token = {**os.environ, **(env or {})}.get("NV_AUTH_MOCK_ADMIN_TOKEN")
            return cls(Connection(server.url, token, None, server.describe_end), server)
        except BaseException:
            server.stop()
            raise

    @classmethod
    def connect(cls, url: str, *, admin_token: Optional[str] = None, ca: Optional[str] = None) -> Mock:
        """A mock that runs already. `admin_token`: default NV_AUTH_MOCK_ADMIN_TOKEN; `ca`: the certificate to trust, a file."""
        # The text is not shown: it may have a password.
        if not _is_valid(url):
            raise MockError("The URL of the mock is not valid. Expected one such as `http://127.0.0.1:6625`, without a user.")
        token = admin_token or os.environ.get("NV_AUTH_MOCK_ADMIN_TOKEN")
        return cls(Connection(url, token, ca), None)

    def world(
        self, id: Optional[str] = None, *, seed: Optional[Union[str, Mapping[str, Any]]] = None, label: Optional[str] = None
    ) -> World:
        """A world of its own, with credentials of its own. `id`: default a random one; `seed`: `builtin`, `none`, or a seed as a
        value; `label`: for people."""
        # Known before it is sent, so that a balancer can select a process by it.
        chosen = f"w-{secrets.token_hex(6)}" if id is None else id
        # The server says what is wrong with an id that no world can have.
        headers = {"prefer": "return=minimal", **({"x-mock-world": chosen} if re.fullmatch("[a-z0-9-]+", chosen) else {})}
        made = self._connection.at(self._root()).call("POST", "/worlds", given(id=chosen, seed=seed, label=label), headers)
        return World(self._connection.at(f"{self._root()}/w/{made['id']}"), made["id"])

    def stop(self) -> None:
        """Ends the server, if it was started here; can be called again."""
        if self._server is not None:
            self._server.stop()


def _is_valid(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


_MOST_LISTED = 8


def _list_names(given: str, names: Iterable[str]) -> str:
    """At most eight names, the nearest to the given one first."""
    known = list(dict.fromkeys(names))
    near = difflib.get_close_matches(given, known, _MOST_LISTED, 0)
    more = len(known) - len(near)
    return ", ".join(f"`{name}`" for name in near) + (f" and {more} more, which `GET /_mock/cast` lists" if more else "")


def _unknown(kind: str, name: str, valid: list[str], shown: list[str]) -> str:
    if not shown:
        return f"There is no {kind} `{name}` in the cast. It has none at all."
    meant = difflib.get_close_matches(name, valid, 1)
    suggestion = f" Did you mean `{meant[0]}`?" if meant else ""
    return f"There is no {kind} `{name}` in the cast.{suggestion} The cast has {_list_names(name, shown)}."
