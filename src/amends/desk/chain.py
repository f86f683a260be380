"""The chain of events: each event's hash covers its content and the hash before it.

The hash is sha-256 over canonical JSON (sorted keys, no spaces, UTF-8) of the stream, the number
in the stream, kind, actor, instant, summary, payload and the previous hash, so that anyone can
verify it with a few lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


def canonical(document: object) -> str:
    """The one way to write ``document`` as JSON for hashing."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """``document`` with only what JSON can hold on both databases: no dates, no NUL characters."""
    text = json.dumps(document, default=str, ensure_ascii=False).replace("\\u0000", "")
    return dict(json.loads(text))


def event_hash(  # noqa: PLR0913
    *, stream: str, seq: int, kind: str, actor: str, at: datetime, summary: str,
    payload: Mapping[str, Any], previous: str,
) -> str:
    """Hex sha-256 of one event in its place."""
    return hashlib.sha256(
        canonical(
            {
                "stream": stream, "seq": seq, "kind": kind, "actor": actor,
                "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
                "summary": summary, "payload": dict(payload), "previous": previous,
            }
        ).encode()
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """One event as stored, ready to be verified."""

    stream: str
    seq: int
    kind: str
    actor: str
    at: datetime
    summary: str
    payload: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A place where the chain does not hold, and what was done to it."""

    stream: str
    seq: int
    what: str


def verify(
    events: Iterable[ChainedEvent], heads: Mapping[str, tuple[int, str]]
) -> list[ChainFault]:
    """Every place where ``events`` (ordered by stream, then number) break the chain.

    ``heads`` holds the last number and hash of each stream, so that a cut tail is found too.
    """
    faults: list[ChainFault] = []
    reached: dict[str, tuple[int, str]] = {}
    for event in events:
        last_seq, last_hash = reached.get(event.stream, (0, GENESIS))
        for missing in range(last_seq + 1, min(event.seq, last_seq + 6)):
            faults.append(ChainFault(event.stream, missing, "the event was removed"))
        expected = event_hash(
            stream=event.stream, seq=event.seq, kind=event.kind, actor=event.actor, at=event.at,
            summary=event.summary, payload=event.payload, previous=event.previous,
        )
        if expected != event.hash:
            faults.append(ChainFault(event.stream, event.seq, "the event was changed"))
        elif event.seq == last_seq + 1 and event.previous != last_hash:
            faults.append(ChainFault(event.stream, event.seq, "the event before it was changed"))
        reached[event.stream] = (event.seq, event.hash)
    for stream, head in heads.items():
        seq, last_hash = reached.get(stream, (0, GENESIS))
        if seq < head[0]:
            faults.append(ChainFault(stream, seq + 1, "the event was removed from the end"))
        elif (seq, last_hash) != head:
            faults.append(ChainFault(stream, seq, "the last event is not the one recorded"))
    return faults
