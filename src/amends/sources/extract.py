"""What has been taken out of one file so far, and where the entries go.

A reader fills an ``Extract``: it opens statements, adds entries one by one or as Arrow batches,
states control figures and Problems. Entries leave in batches, so that memory stays bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from amends.money import exponent, is_currency, parse_minor
from amends.problems import AmendsError, Problem, Severity
from amends.sources.masking import Card, mask_text, may_hold_card
from amends.sources.records import ENTRY_SCHEMA, Control, Statement

ROWS_PER_BATCH = 16_384
PROBLEMS_KEPT = 1_000
KEPT_AS_WRITTEN = "references"  # the key in ``raw`` whose values are references, never masked


@dataclass(slots=True)
class Tally:
    """The sums of one statement while it is being read; None once they cannot be known."""

    number: int
    account: str | None = None
    currency: str | None = None
    opening: tuple[int | None, str] | None = None
    closing: tuple[int | None, str] | None = None
    entries: int = 0
    credits_minor: int | None = 0
    debits_minor: int | None = 0
    currencies: set[str] = field(default_factory=set)

    def count(self, amount_minor: int | None, currency: str) -> None:
        """Add one entry; an unknown amount or a second currency makes the sums unknown."""
        self.entries += 1
        self.currencies.add(currency)
        if amount_minor is None or len(self.currencies) > 1:
            self.credits_minor = self.debits_minor = None
        elif amount_minor >= 0:
            if self.credits_minor is not None:
                self.credits_minor += amount_minor
        elif self.debits_minor is not None:
            self.debits_minor -= amount_minor

    def statement(self) -> Statement:
        """The figures so far. The currency is that of the entries, else of the balances."""
        stated = [balance[1] for balance in (self.opening, self.closing) if balance]
        one = next(iter(self.currencies)) if len(self.currencies) == 1 else None
        opening = self.opening[0] if self.opening else None
        closing = self.closing[0] if self.closing else None
        return Statement(
            self.account, one or (stated[0] if stated else None) or self.currency,
            opening, closing, self.entries, self.credits_minor, self.debits_minor,
        )

    def currencies_differ(self) -> bool:
        """Whether balances and entries are in more than one currency."""
        stated = {balance[1] for balance in (self.opening, self.closing) if balance and balance[1]}
        return len(stated | {code for code in self.currencies if code}) > 1


@dataclass(slots=True)
class Extract:
    """The statements, controls, counts, problems and entries of one file being read."""

    name: str
    sha256: str
    card_key: bytes
    sink: Callable[[pa.RecordBatch], None]
    side: str = ""
    tallies: list[Tally] = field(default_factory=list)
    controls: dict[str, Control] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    problems_left_out: int = 0
    entry_count: int = 0
    first_day: date | None = None
    last_day: date | None = None
    _rows: list[tuple[Any, ...]] = field(default_factory=list)

    def problem(
        self, what: str, hint: str = "", *, line: int | None = None, field: str | None = None,
        severity: Severity = "error",
    ) -> None:
        """State something wrong with the file; after a thousand they are only counted."""
        if len(self.problems) < PROBLEMS_KEPT:
            what = mask_text(what).text
            self.problems.append(Problem(severity, what, hint, self.name, line, field))
        else:
            self.problems_left_out += 1

    def open_statement(self, account: str | None = None, currency: str | None = None) -> Tally:
        """A new statement, to which the entries that follow belong."""
        self.tallies.append(Tally(len(self.tallies), None, currency))
        self.name_account(account)
        return self.tallies[-1]

    def name_account(self, account: str | None) -> None:
        """Set the account of the last statement; a card account is masked."""
        self.tallies[-1].account = mask_text(account).text if account else None

    def count(self, what: str, number: int = 1) -> None:
        """Count a kind of record or message."""
        self.counts[what] = self.counts.get(what, 0) + number

    def minor(self, text: str, currency: str, *, line: int | None, field: str) -> int | None:
        """Minor units of a plain decimal; None with a Problem if finer, unknown or no amount.

        Where the file names no currency at all, an amount written with two decimals has a minor
        unit of two digits, and a Problem says so.
        """
        if not currency and re.fullmatch(r"-?[0-9]{1,16}\.[0-9]{2}", text):
            self.problem(f"No currency is named; {text} is read with two decimals, as written.",
                         "Ask the sender for the currency.", line=line, field=field,
                         severity="warning")
            return int(text.replace(".", ""))
        if not is_currency(currency):
            self.problem(
                f"{currency!r} is not a currency, so the amount {text} has no minor unit.",
                "Ask the sender for the currency.", line=line, field=field)
            return None
        try:
            minor = parse_minor(text, currency)
        except AmendsError as error:
            self.problem(error.problems[0].what, error.problems[0].hint, line=line, field=field)
            return None
        if minor is None:
            self.problem(
                f"{text} is finer than the minor unit of {currency} "
                f"({exponent(currency)} decimals).",
                "It is kept exactly and left out of the sums.", line=line, field=field,
                severity="warning")
        elif not -(2**63) < minor < 2**63:
            self.problem(f"{text} is larger than any amount of money.", "Check the file.",
                         line=line, field=field)
            return None
        return minor

    def add(
        self, *, line: int | None, amount: Decimal | None, currency: str, kind: str,
        tally: Tally | None = None, account: str | None = None, booked_on: date | None = None,
        value_on: date | None = None, reversal: bool = False, counterparty: str | None = None,
        counterparty_account: str | None = None, text: str | None = None,
        references: Sequence[tuple[str, str]] = (), code_scheme: str | None = None,
        code: str | None = None, raw: Mapping[str, Any] | None = None,
    ) -> int | None:
        """Add one entry to ``tally``, by default the last statement; gives its minor units.

        Debits are negative. Texts and ``raw`` are masked here; references are kept as written.
        """
        if tally is None:
            tally = self.tallies[-1] if self.tallies else self.open_statement()
        exact = None if amount is None else format(amount, "f")
        minor = None if exact is None else self.minor(exact, currency, line=line, field="amount")
        tally.count(minor, currency)
        cards: list[Card] = []
        words = tuple(self._masked(value, cards)
                      for value in (account, counterparty, counterparty_account, text))
        cleaned = self._masked_raw(raw, cards) if raw else {}
        refs = [(ref_kind, value) for ref_kind, value in dict.fromkeys(references) if value]
        self._rows.append((
            f"{self.sha256[:16]}:{self.entry_count}", self.sha256, line,
            tally.number, words[0] or tally.account,
            booked_on, value_on, minor, exact, currency or None, kind, reversal,
            *words[1:], refs + references_of(cards), code_scheme, code,
            json.dumps(cleaned, ensure_ascii=False, separators=(",", ":")),
        ))
        self.entry_count += 1
        self.cover(booked_on or value_on)
        if len(self._rows) >= ROWS_PER_BATCH:
            self.flush()
        return minor

    def add_batch(self, batch: pa.RecordBatch) -> None:
        """Add rows that are already of ``ENTRY_SCHEMA`` and masked (tabular files)."""
        self.flush()
        self.entry_count += batch.num_rows
        span = pc.min_max(pc.coalesce(batch.column("booked_on"), batch.column("value_on")))
        self.cover(span["min"].as_py())
        self.cover(span["max"].as_py())
        self.sink(batch)

    def cover(self, day: date | None) -> None:
        """Widen the days that the file covers."""
        if day is not None:
            self.first_day = min(self.first_day or day, day)
            self.last_day = max(self.last_day or day, day)

    def flush(self) -> None:
        """Hand on the rows gathered so far."""
        if not self._rows:
            return
        columns = list(zip(*self._rows, strict=True))
        arrays = [
            reference_array(values) if name == "references"
            else pa.array(values, ENTRY_SCHEMA.field(name).type)
            for name, values in zip(ENTRY_SCHEMA.names, columns, strict=True)
        ]
        self._rows.clear()
        self.sink(pa.RecordBatch.from_arrays(arrays, schema=ENTRY_SCHEMA))

    def _masked(self, text: str | None, cards: list[Card]) -> str | None:
        if not text or not may_hold_card(text):
            return text or None
        masked = mask_text(text, self.card_key)
        cards.extend(masked.cards)
        return masked.text

    def _masked_raw(self, value: Any, cards: list[Card]) -> Any:
        if isinstance(value, str):
            return self._masked(value, cards) or ""
        if isinstance(value, Mapping):
            return {key: item if key == KEPT_AS_WRITTEN else self._masked_raw(item, cards)
                    for key, item in value.items()}
        if isinstance(value, list):
            return [self._masked_raw(item, cards) for item in value]
        return value


def references_of(cards: Sequence[Card]) -> list[tuple[str, str]]:
    """The references that stand for masked cards: the keyed hash, and the last four digits."""
    found = [("card", card.reference) for card in cards if card.reference]
    return list(dict.fromkeys(found + [("last4", card.last4) for card in cards]))


def reference_array(rows: Sequence[Sequence[tuple[str, str]]]) -> pa.ListArray:
    """Arrow's form of the ``references`` column."""
    offsets, kinds, values = [0], [], []
    for row in rows:
        for kind, value in row:
            kinds.append(kind)
            values.append(value)
        offsets.append(len(kinds))
    pairs = pa.StructArray.from_arrays(
        [pa.array(kinds, pa.string()), pa.array(values, pa.string())], names=["kind", "value"])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pairs)
