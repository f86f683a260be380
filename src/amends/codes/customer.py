"""A payment code in kind, plain words: what happened, and what comes next, never the code.

Where the reason is sensitive (theft, fraud, sanctions, a death, a network's risk flag) the same
neutral sentence is said every time, because even a different silence would tell.
"""

from __future__ import annotations

import re

NEUTRAL = ("The payment could not be completed, and the account provider did not give us a reason "
           "that we can share. Please contact them, or use another way to pay.")
_OURS = "This is nothing you did."

# What a customer can do something about: the first pattern that the meaning holds.
_CAUSES: tuple[tuple[str, str], ...] = (
    (r"partial approval", "The payment was approved for part of the amount. The rest still has "
                          "to be paid another way."),
    (r"without the cash-back", "The purchase was approved, but without the cash back."),
    (r"no financial|no reason to decline", "The check went through, and no money was moved."),
    (r"^approved|approved if|approved \(", "The payment was approved."),
    (r"cash not picked up", "The cash was not collected."),
    (r"cheque expired", "The cheque was never paid in and has expired."),
    (r"token expired", "The permission for this payment has expired."),
    (r"pin tries|too many (wrong )?pin|pin try", "The PIN was entered wrongly too often."),
    (r"\bpin (change|unblock|not changed)|chosen pin", "The PIN could not be changed."),
    (r"\bpin\b", "The PIN was missing or not right."),
    (r"security code|\bcvc\b", "The card's security code did not match."),
    (r"verification data|address|postcode", "Some of the details entered did not match what the "
                                            "card's bank has."),
    (r"expir", "The card has expired, or its expiry date was not right."),
    (r"too many uses", "The card was used too often in a short time."),
    (r"authentication|authenticate", "Your bank would like you to confirm the payment yourself."),
    (r"gives? no detail", "Your bank could not make the payment and gave no detail."),
    (r"not yet cleared", "The money on the account was not available yet."),
    (r"insufficient|not enough", "There was not enough money available at that moment."),
    (r"limit|maximum number", "A limit on the card or account was reached."),
    (r"not (yet )?activated|first use", "The card or account has not been activated yet."),
    (r"revocation|stop|cancelled by|permission was cancelled|customer cancel|cancelled the",
     "The payment was stopped at the account holder's request."),
    (r"refund right|requested by customer|already refused|credit refused|without a stated reason",
     "The payment was refused or asked back by the person at the other end."),
    (r"already accepted", "The request has already been accepted."),
    (r"no reply|no answer", "We have no answer yet from the person at the other end."),
    (r"closed", "The account is closed."),
    (r"moved|sold to", "The account has moved and its details have changed."),
    (r"name and account", "The name did not match the account."),
    (r"list|blocked|blocks|controls", "A setting on the account or card did not allow this "
                                      "payment."),
    (r"reason unknown|without a reason|contacted before|declined offline|declined for now",
     "The bank declined the payment and gave no reason."),
    (r"not (permitted|allowed|supported)|does not (support|allow)|forbidden|may not take|"
     r"cannot be (used|topped)|prepaid|virtual|no (credit account|such account|current|savings)",
     "The card or account cannot be used for this kind of payment."),
    (r"number|account|unknown|not known|alias|not found|no issuer|first digits|invalid",
     "The details entered did not match a card or account."),
)
_NEXT_CUSTOMER = {
    "yes": "You are welcome to try again later.",
    "after_fix": "Your bank can help you with that, and another way to pay may work at once.",
    "no": "We will not try again by ourselves. Tell us how you would like to go on.",
    "n/a": "There is nothing you need to do now.",
}
_NEXT = {
    ("us", "yes"): f"{_OURS} We will try again.",
    ("us", "after_fix"): f"{_OURS} Something on our side has to be corrected, and we see to it.",
    ("us", "no"): f"{_OURS} We are looking into it and will tell you what happens next.",
    ("bank", "yes"): f"{_OURS} A bank could not take it just then, and we will try again.",
    ("bank", "after_fix"): f"{_OURS} A bank has to put something right, and we are following it "
                           "up.",
    ("bank", "no"): "The bank does not take payments this way. We will tell you what is possible "
                    "instead.",
    ("issuer", "yes"): "Your bank could not answer just then. You are welcome to try again later.",
    ("merchant", "yes"): f"{_OURS} The seller will try again.",
    ("merchant", "after_fix"): f"{_OURS} The seller has to sort something out first.",
    ("merchant", "no"): f"{_OURS} The seller cannot take the payment this way; another way to pay "
                        "may work.",
}
_DISPUTE = ("This card payment is being questioned through the card's bank. The seller can answer "
            "with documents, and we will tell you the result.")
_FOLLOWED = "We follow it up and tell you the answer."
# Schemes that are not about a failed payment: the words of the first pattern that holds.
_APART: dict[str, tuple[tuple[str, str], ...]] = {
    "nacha-noc": (
        ("", "The bank told us that some account details have changed. We are bringing them up to "
             "date, and there is nothing you need to do."),
    ),
    "iso20022-cancel": (
        ("", "Somebody has asked for this payment to be sent back. The other side has to agree "
             f"first. {_FOLLOWED}"),
    ),
    "iso20022-cancel-reject": (
        ("already returned",
         "This payment has already been sent back. We follow it to your account."),
        ("await|no answer|passed|needed|required|not yet|must agree",
         f"The other side has not agreed yet to send this payment back. {_FOLLOWED}"),
        ("", "The other side has not agreed to send this payment back. We will tell you which "
             "ways remain."),
    ),
    **dict.fromkeys(("visa-dispute", "mastercard-dispute", "amex-dispute", "discover-dispute"),
                    (("", _DISPUTE),)),
}
_BETWEEN_BANKS = "The banks are settling this payment between them. We will tell you the result."


def customer_words(
    scheme: str, meaning: str, actor: str, retryable: str, *, sensitive: bool
) -> str:
    """One or two sentences for the customer; NEUTRAL where ``sensitive``."""
    if sensitive:
        return NEUTRAL
    if scheme in _APART:
        return _first(_APART[scheme], meaning)
    if actor == "customer":
        return f"{_first(_CAUSES, meaning)} {_NEXT_CUSTOMER[retryable]}"
    if retryable == "n/a":
        return _BETWEEN_BANKS if actor == "bank" else _first(_CAUSES, meaning, _BETWEEN_BANKS)
    return f"The payment did not go through. {_NEXT[actor, retryable]}"


def _first(
    table: tuple[tuple[str, str], ...],
    meaning: str,
    otherwise: str = "The payment could not be completed.",
) -> str:
    """The words of the first pattern that ``meaning`` holds."""
    lowered = meaning.lower()
    return next((words for pattern, words in table if re.search(pattern, lowered)), otherwise)
