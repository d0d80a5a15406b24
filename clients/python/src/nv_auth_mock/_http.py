"""Sends requests to a mock with the standard library."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Mapping, NamedTuple, Optional

# Longer than the longest delay of a fault.
PATIENCE = 310.0


class MockError(Exception):
    """The mock refused a call. The message describes what to change."""

    def __init__(self, message: str, status: Optional[int] = None) -> None:
        super().__init__(message)
        self.status = status


class Answer(NamedTuple):
    status: int
    body: Any


class Connection:
    """Sends requests to the paths of a world."""

    def __init__(
        self,
        url: str,
        admin_token: Optional[str],
        ca: Optional[str] = None,
        describe_end: Callable[[], Optional[str]] = lambda: None,
    ) -> None:
        """`describe_end`: describes how the server ended, if known."""
        self.url = url.rstrip("/")
        self.admin_token = admin_token
        self.ca = ca
        self._describe_end = describe_end
        handlers: list[Any] = []
        if urllib.parse.urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1"):
            # A proxy can't reach this machine's loopback address.
            handlers.append(urllib.request.ProxyHandler({}))
        if ca is not None:
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca)))
        self._opener = urllib.request.build_opener(*handlers)

    def at(self, url: str) -> Connection:
        return Connection(url, self.admin_token, self.ca, self._describe_end)

    def send(self, method: str, path: str, body: Any = None, headers: Optional[Mapping[str, str]] = None) -> Answer:
        """Sends JSON, and returns the response with any status."""
        given = {"accept": "application/json", **(headers or {})}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            given["content-type"] = "application/json"
        request = urllib.request.Request(self.url + path, data=data, headers=given, method=method)
        try:
            with self._open(request) as response:
                return Answer(response.status, _parsed(response.read()))
        except (OSError, http.client.HTTPException) as fault:
            reason = getattr(fault, "reason", fault)
        # Without the cause, because its tracebacks from the standard library would hide this line.
        raise MockError(self._unanswered(reason))

    def _open(self, request: urllib.request.Request) -> Any:
        try:
            return self._opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as refused:
            return refused

    def _unanswered(self, reason: object) -> str:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return (
                f"The certificate of {self.url} is not trusted: {reason.verify_message}. Set SSL_CERT_FILE to the "
                "certificate of its CA, or pass that file to `Mock.connect(url, ca=...)`."
            )
        return f"No mock responds at {self.url}: {reason}. {self._describe_end() or 'Is it still running?'}"

    def call(self, method: str, path: str, body: Any = None, headers: Optional[Mapping[str, str]] = None) -> Any:
        """Calls the control API: `call("POST", "/clock/advance", {"by": "15m"})`."""
        admin = {} if self.admin_token is None else {"x-mock-admin-token": self.admin_token}
        # Also accept paths as in the documents, and without the leading slash.
        path = path.removeprefix("/_mock").lstrip("/")
        status, answer = self.send(method, f"/_mock/{path}", body, {**admin, **(headers or {})})
        if status < 400:
            return answer
        detail = answer.get("detail") if isinstance(answer, dict) else None
        raise MockError(detail or f"The response to {method} {self.url}/_mock/{path} is {status}. Is this nv-auth-mock?", status)

    def pages(self, name: str, query: Optional[Mapping[str, Any]] = None) -> list[Any]:
        """Returns the entries of a list, reading page by page. `limit`: the maximum number."""
        given = {key: value for key, value in (query or {}).items() if value is not None}
        limit = given.pop("limit", None)
        entries: list[Any] = []
        after: Optional[str] = None
        while limit is None or len(entries) < limit:
            asked = {**given, "limit": 1000 if limit is None else min(1000, limit - len(entries))}
            if after is not None:
                asked["after"] = after
            page = self.call("GET", f"/{name}?{urllib.parse.urlencode(asked)}")
            entries += page[name]
            after = page["next"]
            if after is None:
                break
        return entries


def given(**members: Any) -> dict[str, Any]:
    """Returns the members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return data.decode("utf-8", "replace")
