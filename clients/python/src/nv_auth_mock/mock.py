"""A mock and its worlds."""

from __future__ import annotations

import difflib
import os
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
    """The clock of a world. It only moves forward."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> control.ClockReading:
        return self._connection.call("GET", "/clock")

    def advance(self, by: str) -> control.ClockChange:
        """Moves the clock forward by a duration, such as `15m`. A frozen clock stays frozen."""
        return self._connection.call("POST", "/clock/advance", {"by": by})

    def set(self, to: str) -> control.ClockChange:
        """Moves the clock to a time (RFC 3339) that is not in the past."""
        return self._connection.call("POST", "/clock/set", {"to": to})

    def freeze(self) -> control.ClockChange:
        return self._connection.call("POST", "/clock/freeze")

    def resume(self) -> control.ClockChange:
        return self._connection.call("POST", "/clock/resume")


class Requests:
    """The journal of a world: every request to every service, except the control API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, *, limit: Optional[int] = None, **match: Any) -> List[control.RecordedRequest]:
        """Newest first: `list(operation="grant_token", status=200)`. With `hints=True`, only requests that have a hint."""
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
        """Checks that these requests arrived: `verify(operation="grant_token", times=1)`. Default: at least one.

        Raises AssertionError with the nearest requests, and MockError if no request can match.
        """
        __tracebackhide__ = True  # Makes pytest show the test's line.
        number = given(times=times, atLeast=at_least, atMost=at_most, within=within)
        found = self._connection.call("POST", "/requests/verify", {"match": match, **number})
        if found["verified"]:
            return found
        # The body may contain secrets.
        shown = {name: value for name, value in match.items() if name != "body"}
        lines = request_lines(found["matched"])
        for near in found["nearest"]:
            lines += [f"  nearly: {request_line(near['request'])}", *(f"    {text}" for text in near["differs"])]
        came = "none came" if found["count"] == 0 else f"{found['count']} came"
        raise AssertionError("\n".join([f"expected {number or 'at least one'} of {shown}; {came}", *lines]))


class Faults:
    """The faults of a world. They never affect the control API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, order: control.FaultOrder) -> control.Fault:
        """Adds a fault: `add({"match": {"operation": "grant_token"}, "times": 1, "do": {"status": 503}})`."""
        return self._connection.call("POST", "/faults", order)

    def next(self, operation: str, *, times: int = 1, **do: Any) -> control.Fault:
        """Makes the next call of an operation fail: `next("grant_token", status=503)`."""
        return self.add({"match": {"operation": operation}, "times": times, "do": do})  # type: ignore[typeddict-item]

    def list(self) -> List[control.Fault]:
        return self._connection.pages("faults")

    def remove(self, fault_id: str) -> None:
        self._connection.call("DELETE", f"/faults/{urllib.parse.quote(fault_id, safe='')}")

    def clear(self) -> None:
        self._connection.call("DELETE", "/faults")


class Clients:
    """The OAuth clients that users log in with."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, order: control.OAuthClientOrder) -> control.CreatedOAuthClient:
        return self._connection.call("POST", "/clients", order)

    def list(self) -> List[control.OAuthClient]:
        return self._connection.pages("clients")

    def delete(self, client_id: str) -> None:
        self._connection.call("DELETE", f"/clients/{urllib.parse.quote(client_id, safe='')}")


class Tokens:
    """The tokens that Run:ai issues."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claims(self, rules: Optional[Sequence[control.ClaimRule]] = None) -> List[control.ClaimRule]:
        """Changes the claims of tokens issued from now on: `claims([{"sub": "admin@acme.test", "set": {"team": "a"}}])`.

        Replaces all rules; `[]` removes them. Without an argument, only returns the current rules. Raises MockError.
        """
        if rules is None:
            kept: control.ClaimRules = self._connection.call("GET", "/tokens/claims")
        else:
            kept = self._connection.call("PUT", "/tokens/claims", {"rules": list(rules)})
        return kept["rules"]

    def rotate_signing_key(self, *, overlap: str = "10m") -> control.RotatedKey:
        """A new key signs from now on. Tokens of the replaced key are accepted for `overlap`, on the world's clock."""
        return self._connection.call("POST", "/tokens/rotate-signing-key", {"overlap": overlap})

    def revoke(self, principal: str) -> control.RevokedTokens:
        """Ends the logins of a Run:ai identity, and revokes all its tokens. It can get new ones. Raises MockError."""
        return self._connection.call("POST", "/tokens/revoke", {"principal": principal})


class World:
    """A world of a mock, with separate users, keys, clock and journal. `url` is the base URL for your client."""

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
        """The identities of the world, with credentials. Loaded on first use. Raises MockError."""
        if self._cast is None:
            self._cast = self._connection.call("GET", "/cast?bearers=false")
        return self._cast

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Calls the control API: `call("GET", "/least-privilege")`. Raises MockError."""
        return self._connection.call(method, path, body)

    def key(self, name: str) -> str:
        """Returns the text of a key in the cast, by its name or `org/name`. Raises LookupError with the nearest name."""
        keys = (self.cast.get("ngc") or {}).get("keys") or []
        full = [f"{key['org']}/{key['name']}" for key in keys]
        found = [key for key, path in zip(keys, full) if name in (key["name"], path)]
        if len(found) == 1:
            return found[0]["key"]
        if found:
            raise LookupError(f"Several keys in the cast are named `{name}`. Use one of {_list_names(name, (f for f in full if f.endswith('/' + name)))}.")
        names = full if "/" in name else [key["name"] for key in keys]
        raise LookupError(_unknown("key", name, names, names))

    def token(self, name: Optional[str] = None) -> str:
        """Returns an access token of Run:ai.

        `name`: a user's e-mail address, or the name or client id of an application, a service account or an access key.
        Default: the first user with an access key. Raises LookupError with the nearest name.
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
                raise LookupError("No user of the cast has an access key. Give the name of a user, an application or a service account.")
            return first
        for app in runai.get("applications") or []:
            if version == NO_GRANT_FOR_APPLICATIONS and name in (app["name"], app["clientId"]):
                raise LookupError(f"`{name}` is an application, and Run:ai {version} does not grant tokens to applications.")
            holders.append(([app["name"], app["clientId"]], application(app["clientId"], app["secret"])))
        for account in runai.get("serviceAccounts") or []:
            holders.append(([account["name"], account["clientId"]], client(account["clientId"], account["clientSecret"])))
        for names, request in holders:
            if name in names:
                return request
        every = [one for names, _ in holders for one in names]
        raise LookupError(_unknown("user, application or service account", name, every, [names[0] for names, _ in holders]))

    def describe_failure(self) -> str:
        """Describes what the mock refused and why, with fixes, for a failed test; empty if there is nothing to report."""
        return describe_failure(self)

    def reset(self) -> None:
        """Resets the world to its seed, and the clock to real time."""
        self.call("POST", "/reset")

    def stop(self) -> None:
        """Deletes the world. Can be called again."""
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
            raise MockError(f"The server at {connection.url} is not nv-auth-mock.")
        super().__init__(connection, "default", cast)

    @classmethod
    def start(
        cls, *options: str, command: Optional[Sequence[str]] = None, env: Optional[Mapping[str, str]] = None
    ) -> Mock:
        """Starts a server that ends with this process: `Mock.start("--runai", "3.0")`.

        `options` and `env` are flags and variables of the server. If NV_AUTH_MOCK_URL is set and `command` is not, that
        server is used instead: then neither is allowed, and `stop` leaves it running. Raises NotStarted.
        """
        url = os.environ.get("NV_AUTH_MOCK_URL")
        if url and command is None:
            if options or env:
                raise NotStarted(
                    "NV_AUTH_MOCK_URL is set, so no server is started and the options have no effect. Start that server with them "
                    "and leave them out here, or unset the variable."
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
        """Connects to a running mock. `admin_token`: default NV_AUTH_MOCK_ADMIN_TOKEN; `ca`: a file with the certificate to trust."""
        # The URL is not shown, because it may contain a password.
        if not _is_valid(url):
            raise MockError("The URL of the mock is not valid. Expected a URL such as `http://127.0.0.1:6625`, without a user name.")
        token = admin_token or os.environ.get("NV_AUTH_MOCK_ADMIN_TOKEN")
        return cls(Connection(url, token, ca), None)

    def world(
        self, id: Optional[str] = None, *, seed: Optional[Union[str, Mapping[str, Any]]] = None, label: Optional[str] = None
    ) -> World:
        """Creates a world with separate state and credentials. `id`: random by default; `seed`: `builtin`, `none`, or a seed as a
        value; `label`: a label for users."""
        order = given(id=id, seed=seed, label=label)
        made = self._connection.at(self._root()).call("POST", "/worlds", order, {"prefer": "return=minimal"})
        return World(self._connection.at(f"{self._root()}/w/{made['id']}"), made["id"])

    def stop(self) -> None:
        """Stops the server if it was started here. Can be called again."""
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
    """Lists up to eight names, the nearest ones first."""
    known = list(dict.fromkeys(names))
    near = difflib.get_close_matches(given, known, _MOST_LISTED, 0)
    more = len(known) - len(near)
    return ", ".join(f"`{name}`" for name in near) + (f" and {more} more (see `GET /_mock/cast`)" if more else "")


def _unknown(kind: str, name: str, valid: list[str], shown: list[str]) -> str:
    if not shown:
        return f"The cast has no {kind} at all, so there is no `{name}`."
    meant = difflib.get_close_matches(name, valid, 1)
    suggestion = f" Did you mean `{meant[0]}`?" if meant else ""
    return f"There is no {kind} `{name}` in the cast.{suggestion} The cast has {_list_names(name, shown)}."
