"""The NGC keys of a world, and when edits take effect."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING, Any, List, Literal, Optional, Sequence, Union, cast

from ._control import KeyPolicy, KeyResource
from ._http import Connection, given

if TYPE_CHECKING:
    from . import _control as control

Resource = Union[KeyResource, List[KeyResource]]

# The default of an argument for which None has a meaning.
UNCHANGED: Any = object()


class Keys:
    """The NGC keys of a world."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(
        self,
        *,
        type: Literal["personal", "service"],
        name: str,
        services: Sequence[str],
        org: Optional[str] = None,
        user: Optional[str] = None,
        scopes: Optional[Sequence[str]] = None,
        resource: Optional[Resource] = None,
        roles: Optional[Sequence[str]] = None,
        expires_at: Optional[str] = None,
        force: Optional[bool] = None,
    ) -> control.KeyWithSecret:
        """Creates a key: `create(type="service", name="ci", services=["air"], scopes=["air:access"])`.

        Only this response and that of `rotate` contain the key's text, as `key`. `expires_at`: RFC 3339; default: never.
        """
        order = given(type=type, name=name, services=services, org=org, user=user, expiresAt=expires_at, force=force)
        rights = given(scopes=scopes, resource=resource, roles=roles)
        return self._connection.call("POST", "/keys", {**order, **rights})

    def get(self, key_id: str) -> control.Key:
        return self._connection.call("GET", _of_key(key_id))

    def list(self) -> List[control.Key]:
        """Oldest first."""
        return self._connection.pages("keys")

    def edit(
        self,
        key_id: str,
        *,
        name: Optional[str] = None,
        status: Optional[Literal["active", "disabled"]] = None,
        services: Optional[Sequence[str]] = None,
        scopes: Optional[Sequence[str]] = None,
        resource: Optional[Resource] = None,
        roles: Optional[Sequence[str]] = None,
        expires_at: Optional[str] = UNCHANGED,
        force: Optional[bool] = None,
    ) -> control.Key:
        """Changes only the given members: `edit(key["id"], scopes=["air:access"])`. `expires_at=None`: never."""
        edit = given(name=name, status=status, services=services, force=force)
        rights = given(scopes=scopes, resource=resource, roles=roles)
        end = {} if expires_at is UNCHANGED else {"expiresAt": expires_at}
        return self._connection.call("PATCH", _of_key(key_id), {**edit, **rights, **end})

    def rotate(self, key_id: str) -> control.KeyWithSecret:
        """Gives the key a new text. The old one becomes invalid."""
        return self._connection.call("POST", f"{_of_key(key_id)}/rotate")

    def delete(self, key_id: str) -> None:
        self._connection.call("DELETE", _of_key(key_id))


def _of_key(key_id: str) -> str:
    return f"/keys/{urllib.parse.quote(key_id, safe='')}"


class PendingEdit(KeyPolicy):
    """An edit of a service key that hasn't taken effect yet."""

    keyId: str


class Propagation:
    """How long the previous policy of an edited service key remains in effect."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def get(self) -> control.Propagation:
        return self._connection.call("GET", "/propagation")

    def set(
        self,
        *,
        mode: Optional[Literal["off", "fixed", "jitter"]] = None,
        delay: Optional[str] = None,
        seed: Optional[str] = None,
    ) -> control.Propagation:
        """Affects later edits: `set(mode="fixed", delay="15m")`. Pending edits keep their time."""
        return self._connection.call("PUT", "/propagation", given(mode=mode, delay=delay, seed=seed))

    def pending(self, key_id: Optional[str] = None) -> List[PendingEdit]:
        """Returns the edits that haven't taken effect yet, of one key or of all."""
        keys = self._keys.list() if key_id is None else [self._keys.get(key_id)]
        return [cast(PendingEdit, {"keyId": key["id"], **version}) for key in keys for version in key["pending"]]

    def apply(self, key_id: Optional[str] = None) -> List[control.AppliedEdit]:
        """Applies the pending edits of one key, or of all, immediately. Returns the versions in effect."""
        return self._connection.call("POST", "/propagation/flush", given(keyId=key_id))["flushed"]
