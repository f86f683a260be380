"""What a message may say: the case as its letter sees it, nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time
from typing import Any

from amends.money import Money
from amends.problems import AmendsError, Problem

# The dates that templates and statements know by name.
DATE_NAMES = ("received_on", "payment_on", "refund_on", "credit_on", "debit_on", "arrives_by",
              "answer_by", "final_by", "ombudsman_by", "payout_on", "released_by")


@dataclass(frozen=True)
class MessageFacts:
    """The facts of one message; every figure, date and name in it is compared with these.

    ``amount`` is what the message is about, ``amounts`` others that it may name, first of them what
    the customer asked for; ``dates`` go by DATE_NAMES; ``needed`` is what we ask for.
    ``references`` are those of the field (ARN, trace) that survive the search for card numbers.
    ``internal_texts`` and ``forbidden`` must not appear in it. Times are the party's local time.
    """

    party: str
    case_number: str
    situation: str = ""
    language: str = "en"
    company: str = "Northwind Pay"
    handler: str = ""
    amount: Money | None = None
    amounts: tuple[Money, ...] = ()
    dates: Mapping[str, date] = field(default_factory=dict)
    merchant: str = ""
    order_reference: str = ""
    references: tuple[str, ...] = ()
    reason: str = ""
    decision: str = ""
    needed: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    complaint_type: str = ""
    complaint_body: str = ""
    needs: tuple[str, ...] = ()
    channel: str = "email"
    internal_texts: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    do_not_contact: bool = False
    quiet_from: time | None = None
    quiet_to: time | None = None
    local_time: time | None = None

    @property
    def all_amounts(self) -> tuple[Money, ...]:
        """Every amount that the message may name, the main one first."""
        return ((self.amount,) if self.amount else ()) + self.amounts

    def as_json(self) -> dict[str, Any]:
        """Plain values; money as ``{"minor","currency"}``, dates and times as ISO text."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_json(cls, document: object) -> MessageFacts:
        """The facts of ``as_json``'s shape; what is left out keeps its default.

        AmendsError that names the field that is missing or of another type.
        """
        if not isinstance(document, Mapping):
            raise AmendsError(Problem("error", "The case is no JSON object.", "Write {...}."))
        given: dict[str, Any] = {}
        for each in fields(cls):
            if each.name in document and document[each.name] is not None:
                given[each.name] = _read(each.name, str(each.type), document[each.name])
        for name in ("party", "case_number"):
            if not given.get(name):
                raise _bad(name, "is missing")
        return cls(**given)


def _plain(value: object) -> Any:
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _read(name: str, kind: str, value: object) -> object:
    """``value`` as the field's type, by the words of its annotation."""
    reader = next(reader for start, reader in _READERS.items() if kind.startswith(start))
    try:
        return reader(value)
    except (TypeError, ValueError, KeyError, AmendsError):
        raise _bad(name, "cannot be read") from None


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _money(value: object) -> Money:
    row = _object(value)
    minor = row["minor"]
    if type(minor) is not int:
        raise TypeError
    return Money(minor, _text(row["currency"]))


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_READERS: dict[str, Callable[[object], object]] = {
    "Money": _money,
    "tuple[Money": lambda value: tuple(_money(item) for item in _list(value)),
    "tuple[str": lambda value: tuple(_text(item) for item in _list(value)),
    "Mapping": lambda value: {key: date.fromisoformat(_text(day))
                              for key, day in _object(value).items()},
    "time": lambda value: time.fromisoformat(_text(value)),
    "bool": _flag,
    "str": _text,
}


def _bad(name: str, what: str) -> AmendsError:
    return AmendsError(Problem("error", f"The fact {name} {what}.",
                               "See the shape in docs/reference/messages.md.", field=name))
