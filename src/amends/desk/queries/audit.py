"""The events as the chain's verifier reads them."""

from __future__ import annotations

from collections.abc import Iterator

from amends.desk.chain import ChainedEvent
from amends.desk.models import Event, EventStream


def chained_events(stream: str | None = None) -> Iterator[ChainedEvent]:
    """Every event, or those of one stream, in the order of the chain; read in portions."""
    events = Event.objects.order_by("stream", "seq")
    if stream:
        events = events.filter(stream=stream)
    columns = ("stream", "seq", "kind", "actor", "at", "summary", "payload", "previous", "hash")
    for row in events.values_list(*columns).iterator(chunk_size=5000):
        yield ChainedEvent(*row)


def stream_heads(stream: str | None = None) -> dict[str, tuple[int, str]]:
    """The last number and hash of each stream, as recorded beside the events."""
    streams = EventStream.objects.all()
    if stream:
        streams = streams.filter(name=stream)
    return {name: (seq, digest) for name, seq, digest in streams.values_list("name", "seq", "hash")}
