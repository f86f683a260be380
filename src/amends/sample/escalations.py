"""Who writes in, when, through whom, and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from amends.sample.cast import PAYOUT_STORIES, Role
from amends.sample.company import Seller, facts, sellers
from amends.sample.csv_files import csv_text, plain
from amends.sample.faults import Fault
from amends.sample.people import Customer
from amends.sample.plan import Plan
from amends.sample.regimes import Notice, facts_of
from amends.sample.truth import Truth
from amends.sample.wording import (
    Wanted,
    amount_words,
    compose,
    date_words,
    desk_words,
    has,
    words,
)
from amends.sample.world import World

COLUMNS = ("external_id", "received_at", "channel", "agent_email", "party_name", "party_email",
           "party_kind", "country", "language", "timezone", "order_reference", "amount",
           "currency", "external_ticket", "tried", "asked", "promised", "text", "facts")
_CHANNELS = {"email": 44, "phone": 24, "chat": 20, "form": 9, "letter": 3}
_LANGUAGES = {"DE": "de", "AT": "de", "FR": "fr", "ES": "es", "PL": "pl"}
_ZONES = {"AT": "Europe/Vienna", "PT": "Europe/Lisbon"}
_IN_ENGLISH = 0.1
_NO_REFERENCE = frozenset({"scam", "misdirected", "account_access", "collections", "follow_up",
                           "other"})


@dataclass(frozen=True, slots=True)
class Writer:
    """The party who writes: a buyer or a seller."""

    name: str
    email: str
    country: str
    language: str
    timezone: str
    currency: str
    customer: Customer | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One escalation: its row, what is true of it, and the fault behind it, if any."""

    external_id: str
    row: tuple[str, ...]
    true: Truth
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class _Draft:
    """An escalation before it is put into words."""

    role: Role
    fault: Fault | None
    writer: Writer
    received_at: datetime


def tell_all(world: World) -> list[Told]:
    """Every escalation, numbered in the order in which they came in."""
    stream = world.plan.stream("escalations")
    drafts = sorted(_drafts(world, stream), key=lambda draft: draft.received_at)
    return [_told(world, draft, number, stream) for number, draft in enumerate(drafts, 1)]


def escalations_file(told: Iterable[Told]) -> str:
    """The CSV that the desk imports."""
    return csv_text(COLUMNS, (one.row for one in told))


def _drafts(world: World, stream: Random) -> Iterator[_Draft]:
    payouts = {story: [f for f in world.bank.faults if f.finding == story]
               for story in PAYOUT_STORIES}
    for role in world.cast.roles:
        fault = world.fault_of(role)
        if role.situation.story in PAYOUT_STORIES:
            if not payouts[role.situation.story]:
                continue
            fault = payouts[role.situation.story].pop()
        writer = _writer(world, role, fault, stream)
        ready = fault.ready_on if fault else world.plan.first + timedelta(days=3)
        at = _received(world.plan, ready, writer.timezone, stream)
        yield _Draft(role, fault, writer, at)


def _writer(world: World, role: Role, fault: Fault | None, stream: Random) -> Writer:
    if role.situation.party == "merchant":
        seller = _seller(role, fault, stream)
        home = facts()["countries"].get(seller.country)
        zone = home["zones"][0] if home else _ZONES[seller.country]
        return Writer(seller.name, seller.email, seller.country,
                      _LANGUAGES.get(seller.country, "en"), zone, seller.currency)
    buyer = role.sale.customer if role.sale else stream.choice(world.people)
    while not role.sale and (buyer.country == "SE" or (
            role.situation.words == "scam" and buyer.country != "GB")):
        buyer = stream.choice(world.people)
    return Writer(buyer.name, buyer.email, buyer.country, buyer.language, buyer.timezone,
                  buyer.currency, buyer)


def _seller(role: Role, fault: Fault | None, stream: Random) -> Seller:
    if role.sale:
        return role.sale.seller
    if fault:
        return next(seller for seller in sellers() if seller.account == fault.account)
    return stream.choice([seller for seller in sellers() if seller.currency != "SEK"])


def _received(plan: Plan, ready: date, zone: str, stream: Random) -> datetime:
    """A moment between the day a fault can be seen and the end, mostly near the end."""
    room = max((plan.until - ready).days, 0)
    mode = 0 if stream.random() < 0.15 else room
    on = ready + timedelta(days=round(stream.triangular(0, room, mode)))
    at = time(stream.choices(range(7, 22), [2, 5, 9, 10, 10, 8, 7, 8, 9, 9, 8, 6, 4, 3, 2])[0],
              stream.randrange(60), stream.randrange(60))
    local = datetime.combine(min(on, plan.until), at, ZoneInfo(zone))
    return min(local.astimezone(UTC), datetime.combine(plan.until, time(23, 40), UTC))


def _told(world: World, draft: _Draft, number: int, stream: Random) -> Told:
    external_id = f"ESC-{world.plan.until.year}-{number:05}"
    situation, fault, writer = draft.role.situation, draft.fault, draft.writer
    language = _language(situation.words, writer, stream)
    cross = stream.random() < 0.45
    needs, traps = _needs(situation.party, language, stream)
    told = tuple(sorted({*needs, "scam_victim"})) if situation.kind == "scam_payment" else needs
    reference, shown = _reference(world, draft, stream)
    amount, currency = _claimed(draft, stream)
    debit_on = _debit_on(draft)
    channel = stream.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
    slots = _slots(draft, debit_on, reference, money=lambda minor: amount_words(
        minor, currency, language, stream), language=language, amount=amount, stream=stream)
    wanted = Wanted(situation.words, situation.party, language, cross, needs, traps,
                    _mentioned(reference, shown, stream))
    notice = Notice(situation.kind, draft.received_at.date(), channel == "phone",
                    cross, writer.country, told, amount, currency, debit_on, fault,
                    writer.customer)
    tried, asked, promised = _handed_up(situation.kind, slots, stream)
    row = (
        external_id, draft.received_at.isoformat(), channel,
        stream.choice(facts()["agents"])["email"], writer.name, writer.email, situation.party,
        writer.country, language, writer.timezone, reference if shown else "",
        plain(amount, currency) if amount and stream.random() < 0.85 else "", currency,
        f"ZD-{stream.randrange(100_000, 1_000_000)}", tried, asked, promised,
        compose(wanted, slots, stream),
        json.dumps(facts_of(notice, stream), ensure_ascii=False))
    true = Truth(external_id, situation.kind, fault.finding if fault else "payment_not_found",
                 fault.amount_minor if fault else 0, fault.currency if fault else currency,
                 fault.cause if fault else "reference_lost", language, told, traps, cross)
    return Told(external_id, row, true, fault)


def _language(situation: str, writer: Writer, stream: Random) -> str:
    own = writer.language
    if own == "en" or stream.random() < _IN_ENGLISH or not has(situation, own):
        return "en"
    return own


def _needs(party: str, language: str, stream: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the text tells of needs, and what only looks like one; seldom both."""
    said = words(language)
    offered = said["needs"][party]
    chance = stream.random()
    if chance < 0.22:
        needs = stream.sample(sorted(offered), 2 if stream.random() < 0.15 else 1)
        return tuple(sorted(needs)), ()
    if chance < 0.40:
        return (), (stream.choice(sorted(said["traps"])),)
    return (), ()


def _reference(world: World, draft: _Draft, stream: Random) -> tuple[str, bool]:
    """The reference that the party has, and whether the agent put it into its field."""
    fault = draft.fault
    if fault:
        return fault.payout or (fault.sale.order if fault.sale else ""), stream.random() < 0.84
    if draft.role.situation.words in _NO_REFERENCE or stream.random() < 0.5:
        return "", False
    if draft.role.situation.party == "merchant":
        return f"PO-{stream.randrange(98_000, 99_000)}", True
    taken = {sale.order for sale in world.sales}
    while (order := f"NW-{stream.randrange(1000, 9800)}-{stream.randrange(10_000):04}") in taken:
        continue
    return order, stream.random() < 0.5


def _mentioned(reference: str, shown: bool, stream: Random) -> str:
    """Which kind of reference the text names, if any: always, when the field is empty."""
    if not reference or (shown and stream.random() < 0.5):
        return ""
    return "payout" if reference.startswith("PO-") else "order"


def _claimed(draft: _Draft, stream: Random) -> tuple[int, str]:
    """The sum that the party has in mind."""
    if draft.fault:
        return draft.fault.claimed_minor, draft.fault.currency
    if draft.role.situation.words in ("other", "follow_up"):
        return 0, draft.writer.currency
    scale = 30 if draft.role.situation.words == "scam" else 1
    return stream.randrange(1500, 26_000) * scale // 5 * 5, draft.writer.currency


def _debit_on(draft: _Draft) -> date:
    sale = draft.role.sale
    if sale:
        return sale.placed_at.date()
    if draft.fault:
        return date.fromisoformat(draft.fault.facts["paid_on"])
    return draft.received_at.date() - timedelta(days=6)


def _slots(draft: _Draft, debit_on: date, reference: str, *, money: Callable[[int], str],
           language: str, amount: int, stream: Random) -> dict[str, str]:
    """What the words are filled with."""
    sale, fault, country = draft.role.sale, draft.fault, draft.writer.country
    found = fault.facts if fault else {}
    whole = sale.amount_minor if sale else int(found.get("whole", amount))
    name = draft.writer.name

    told = found.get("promised_on") or found.get("cancelled_on") or found.get("disputed_on")
    told_on = date.fromisoformat(told) if told else debit_on + timedelta(days=2)
    return {
        "amount": money(amount), "whole": money(whole),
        "taken": money(int(found.get("taken", whole))), "sent": money(int(found.get("sent", 0))),
        "came": money(whole - amount),
        "fee": money(int(found.get("fee", 0))), "right": money(int(found.get("right", 0))),
        "date": date_words(debit_on, language, country),
        "told": date_words(told_on, language, country),
        "order": reference, "payout": reference, "name": name,
        "first": name.split()[0] if draft.writer.customer else name,
        "merchant": sale.seller.name if sale else stream.choice(sellers()).name,
        "item": sale.item if sale else "parcel",
        "case": f"AM-{stream.randrange(100, 4000):06}",
        "days": str(max((draft.received_at.date() - debit_on).days, 2)),
        "code": found.get("reason", ""),
    }


def _handed_up(kind: str, slots: dict[str, str], stream: Random) -> tuple[str, str, str]:
    """What the agent notes: tried, asked, promised; the last is often nothing."""
    said = desk_words()
    own = said.get(kind, said["any"])
    tried = stream.choice(own["tried"] + said["any"]["tried"])
    asked = stream.choice(own["asked"] + said["any"]["asked"])
    promised = stream.choice([*own["promised"], "", ""])
    return tried.format(**slots), asked.format(**slots), promised.format(**slots)
