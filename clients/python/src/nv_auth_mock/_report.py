"""Describes possible causes of a failed test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Iterable, List, Sequence, Tuple

if TYPE_CHECKING:
    from . import _control as control
    from .mock import World

MAX_REPORTED = 10
MAX_READ = 200
MAX_SHOWN = 10
MAX_FAULTS = 3


def request_line(entry: control.RecordedRequest) -> str:
    """Formats a request: `POST /api/v1/token: 503 for admin@acme.test (request 4f-r7)`."""
    status = "no response" if entry["status"] is None else entry["status"]
    whose = "" if entry["principal"] is None else f" for {entry['principal']['name']}"
    why = "" if entry["reason"] is None else f", {entry['reason']}"
    cause = "" if entry["fault"] is None else f", affected by fault {entry['fault']}"
    return f"{entry['method']} {entry['path']}: {status}{whose}{why}{cause} (request {entry['id']})"


def request_lines(entries: Sequence[control.RecordedRequest]) -> List[str]:
    """Formats the first requests, one per line, and the number of omitted ones."""
    lines = [f"  {request_line(entry)}" for entry in entries[:MAX_SHOWN]]
    more = len(entries) - MAX_SHOWN
    return [*lines, f"  and {more} more"] if more > 0 else lines


def describe_failure(world: World) -> str:
    """Describes the latest refusals with fixes, other errors and hints, and the effect of faults; empty if there are none."""
    refusals: List[control.Decision] = world._connection.pages("decisions", {"effect": "deny", "limit": MAX_READ})
    entries = world.requests.list(limit=MAX_READ)
    faults = world.faults.list()
    sections = [
        ("the mock refused, latest first:", _without_repeats((one["id"], _refusal(one)) for one in refusals)),
        ("the mock noticed, latest first:", _without_repeats(_notices(refusals, entries))),
        ("faults:", _faults(entries, faults)),
    ]
    return "\n".join("\n".join([title, *lines]) for title, lines in sections if lines)


def _refusal(decision: control.Decision) -> str:
    lines = [f"  {decision['request']['method']} {decision['request']['path']}", f"    {decision['explanation']}"]
    if "certainty" in decision:
        lines.append(f"    this rule is `{decision['certainty']}`, not documented: {decision.get('source')}")
    for fix in decision["fixes"]:
        call = fix.get("request")
        how = ""
        if call is not None:
            caller = call.get("as")
            who = "" if caller is None else f" as {caller['principal']}"
            how = f" ({call['method']} {call['path']} {json.dumps(call['body'])}{who})"
        lines.append(f"    fix: {fix['text']}{how}")
    return "\n".join(lines)


def _notices(
    refusals: Iterable[control.Decision], entries: Iterable[control.RecordedRequest]
) -> Iterable[Tuple[str, str]]:
    """Yields errors without a decision, and hints that aren't among the fixes."""
    fixes = {fix["text"] for refusal in refusals for fix in refusal["fixes"]}
    for entry in entries:
        status = entry["status"]
        is_error = status is not None and 400 <= status < 500 and entry["reason"] is None and entry["fault"] is None
        hints = [f"    hint: {hint['text']}" for hint in entry["hints"] if hint["text"] not in fixes]
        if is_error or hints:
            why = [] if entry["explanation"] is None else [f"    {entry['explanation']}"]
            yield entry["id"], "\n".join([f"  {request_line(entry)}", *why, *hints])


def _without_repeats(texts: Iterable[Tuple[str, str]]) -> List[str]:
    """Lists each text once, with its count, because clients repeat requests."""
    alike: dict[str, Tuple[str, int]] = {}
    for id, text in texts:
        key = text.replace(id, "")
        first, times = alike.get(key, (text, 0))
        alike[key] = (first, times + 1)
    lines = [text + (f"\n    ({times} times)" if times > 1 else "") for text, times in alike.values()]
    more = len(lines) - MAX_REPORTED
    return lines[:MAX_REPORTED] + ([f"  and {more} more"] if more > 0 else [])


def _faults(entries: Iterable[control.RecordedRequest], faults: Iterable[control.Fault]) -> List[str]:
    affected = [f"  {request_line(entry)}" for entry in entries if entry["fault"] is not None]
    idle = [
        f"  fault {one['id']} for {json.dumps(one['match'])} was not injected: "
        + ("no request matched" if one["seen"] == 0 else f"{one['seen']} matched")
        for one in faults
        if one["fired"] == 0
    ]
    return affected[:MAX_FAULTS] + idle[:MAX_FAULTS]
