"""How the three kinds of CSV are read: the column mappings that the sample comes with."""

from __future__ import annotations

import json
from dataclasses import replace

from amends.sample.csv_files import EVENTS, LEDGER, SETTLEMENT
from amends.sources.mapping import ColumnMapping, fingerprint

_LEDGER = ColumnMapping(
    side="ledger", booked_on="booked_at", at="booked_at", amount="amount", currency="currency",
    account="account", kind="type", text="note",
    kinds={"payment": "order", "refund": "refund", "chargeback": "chargeback",
           "adjustment": "adjustment", "cancellation": "cancellation"},
    references={"order": "order_reference", "method": "method", "last4": "last4",
                "customer": "customer_id", "device": "device_id"})
_EVENTS = ColumnMapping(
    side="processor", booked_on="created_at", at="created_at", amount="amount",
    currency="currency", kind="type", code="response_code", code_scheme="code_scheme",
    kinds={kind: kind for kind in
           ("authorization", "decline", "capture", "refund", "chargeback")},
    references={"payment": "payment_id", "order": "order_reference", "card": "card_number",
                "device": "device_id", "arn": "arn"})
_SETTLEMENT = ColumnMapping(
    side="processor", booked_on="settled_date", value_on="settled_date", at="created_at",
    amount="gross", fee="fee", net="net", currency="currency", account="account", kind="type",
    kinds={kind: kind for kind in
           ("settlement", "refund", "chargeback", "adjustment", "fee", "payout")},
    references={"payment": "payment_id", "order": "merchant_reference", "payout": "payout_id",
                "method": "method", "last4": "last4"})


def mappings() -> dict[str, ColumnMapping]:
    """The mappings by the shape of the header they belong to."""
    pairs = ((_LEDGER, LEDGER), (_EVENTS, EVENTS), (_SETTLEMENT, SETTLEMENT))
    return {fingerprint(header): replace(mapping, shape=fingerprint(header))
            for mapping, header in pairs}


def mappings_file() -> str:
    """The mappings as JSON, keyed by shape."""
    return json.dumps({shape: mapping.as_dict() for shape, mapping in mappings().items()},
                      indent=1) + "\n"
