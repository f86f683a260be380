"""Letters out by SMTP, once, with proof; replies in by IMAP to the case they answer."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from amends.desk.access import Actor
from amends.desk.actions.letters import receive_letter
from amends.desk.connectors.mail import Letter, NotSent, send
from amends.desk.jobs.mail import fetch_mail
from amends.desk.jobs.worker import drain
from amends.desk.models import Case, Event, Message
from amends.sources.masking import find_cards
from desk.standing import posted, told
from moments import NOW

pytestmark = pytest.mark.django_db
CARD = "4242 4242 4242 4242"


def later(settings: Any, seconds: int) -> None:
    """The clock of the desk, so long after the tests' moment."""
    settings.AMENDS_NOW = (NOW + timedelta(seconds=seconds)).isoformat()


def words_of(mail: EmailMessage) -> str:
    """What the mail says, its lines ended as on this machine."""
    return mail.get_content().replace("\r\n", "\n").strip()


def queued(opened, at_desk, **facts) -> Message:
    """An acknowledgement drafted on the page, passed by the gate, about to go."""
    case = opened(**facts)
    drain()
    desk = at_desk("specialist")
    assert posted(desk, case, "letters", situation="acknowledgement").status_code == 302
    draft = case.messages.get(state=Message.DRAFT)
    answer = posted(desk, case, f"letters/{draft.pk}", subject=draft.subject, body=draft.body,
                    send="1")
    assert answer.status_code == 302, answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == Message.QUEUED
    return draft


def test_a_letter_goes_out_once_with_its_proof(opened, at_desk, smtp_server, settings) -> None:
    """Not before ten seconds; then once, under the Message-ID it was drafted with."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    message = queued(opened, at_desk)
    drain()
    assert smtp_server.messages == []
    later(settings, 11)
    drain()
    drain()
    message.refresh_from_db()
    [mail] = smtp_server.messages
    assert (message.state, message.proof) == (Message.SENT, "250 OK taken")
    assert mail["Message-ID"] == message.message_id
    assert (mail["From"], smtp_server.recipients) == ("care@northwind.example",
                                                     ["delia@marsh.example"])
    assert words_of(mail) == message.body.strip()
    assert message.case.label in mail["Subject"]
    page = at_desk("specialist").get(f"/cases/{message.case.number}").content.decode()
    assert "250 OK taken" in page
    assert message.case.clocks.get(name="first_reply").met_at is not None


def test_what_the_gate_holds_does_not_go(opened, at_desk, smtp_server, settings) -> None:
    """A wrong amount and a card number: nothing is queued, and the answer says which."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    case = opened()
    desk = at_desk("specialist")
    posted(desk, case, "letters", situation="acknowledgement")
    draft = case.messages.get()
    answer = posted(desk, case, f"letters/{draft.pk}", subject=draft.subject, send="1",
                    body=draft.body + "\n\nWe pay you 999.99 USD.")
    assert answer.status_code == 422
    assert "999.99" in answer.content.decode()
    later(settings, 60)
    drain()
    assert smtp_server.messages == []


def test_undo_takes_it_back_within_ten_seconds(opened, at_desk, smtp_server, settings) -> None:
    """It is a draft again under a new Message-ID, and the old job sends nothing."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    message = queued(opened, at_desk)
    later(settings, 9)
    assert posted(at_desk("specialist"), message.case,
                  f"letters/{message.pk}/undo").status_code == 302
    later(settings, 30)
    drain()
    again = Message.objects.get(pk=message.pk)
    assert (again.state, smtp_server.messages) == (Message.DRAFT, [])
    assert again.message_id != message.message_id
    late = posted(at_desk("specialist"), message.case, f"letters/{message.pk}/undo")
    assert late.status_code == 422


def test_a_server_that_is_down_is_tried_again_later(opened, at_desk, smtp_server, settings) -> None:
    """The message waits and says why, once in the story; a minute later it goes."""
    settings.AMENDS_SMTP_URL = "smtp://127.0.0.1:9"
    message = queued(opened, at_desk)
    for seconds in (11, 75):
        later(settings, seconds)
        drain()
    message.refresh_from_db()
    assert message.state == Message.QUEUED
    assert "does not answer" in message.proof
    assert told(message.case).count("message_queued") == 2
    settings.AMENDS_SMTP_URL = smtp_server.url
    later(settings, 140)
    drain()
    message.refresh_from_db()
    assert (message.state, len(smtp_server.messages)) == (Message.SENT, 1)


@pytest.mark.parametrize(("field", "answer", "words"), [
    ("answer_recipient", "550 no such mailbox", "550 no such mailbox"),
    ("answer_data", "554 looks like spam", "554 looks like spam"),
])
def test_a_refusal_for_good_has_failed_with_words(
    opened, at_desk, smtp_server, settings, field, answer, words
) -> None:
    """5xx: nobody tries again, and the case says what the server said."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    setattr(smtp_server, field, answer)
    message = queued(opened, at_desk)
    later(settings, 11)
    drain()
    message.refresh_from_db()
    assert message.state == Message.FAILED
    assert words in message.proof
    assert smtp_server.messages == []


@pytest.mark.parametrize(("field", "answer"), [("answer_recipient", "450 mailbox busy"),
                                               ("answer_data", "451 try later")])
def test_a_refusal_for_now_waits(opened, at_desk, smtp_server, settings, field, answer) -> None:
    """4xx: the message stays about to go."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    setattr(smtp_server, field, answer)
    message = queued(opened, at_desk)
    later(settings, 11)
    drain()
    message.refresh_from_db()
    assert message.state == Message.QUEUED
    assert answer in message.proof


def test_an_answer_that_is_lost_asks_a_person(opened, at_desk, smtp_server, settings) -> None:
    """The server took it and the line broke: perhaps sent, and never again by itself."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    smtp_server.breaks_off = True
    message = queued(opened, at_desk)
    for seconds in (11, 80, 200):
        later(settings, seconds)
        drain()
    message.refresh_from_db()
    assert (message.state, len(smtp_server.messages)) == (Message.UNCERTAIN, 1)
    page = at_desk("specialist").get(f"/cases/{message.case.number}").content.decode()
    assert "Perhaps sent" in page
    assert "Has it arrived?" in page


@pytest.mark.parametrize("point", ["call:_hand_over", "return:_hand_over", "return:record_letter"])
def test_a_worker_killed_while_sending_never_sends_twice(
    elsewhere, opened, at_desk, smtp_server, settings, point
) -> None:
    """``kill -9`` around DATA: perhaps sent, at most one mail, and a person decides."""
    elsewhere.environment["AMENDS_SMTP_URL"] = settings.AMENDS_SMTP_URL = smtp_server.url
    message = queued(opened, at_desk)
    elsewhere.dies_at(point)
    taken = len(smtp_server.messages)
    assert taken == (0 if point == "call:_hand_over" else 1)
    later(settings, 4000)
    drain()
    message.refresh_from_db()
    assert (message.state, len(smtp_server.messages)) == (Message.UNCERTAIN, taken)


@pytest.mark.parametrize(("went", "mails", "state"), [("yes", 1, Message.SENT),
                                                     ("no", 2, Message.SENT)])
def test_a_person_says_whether_it_arrived(
    opened, at_desk, smtp_server, settings, went, mails, state
) -> None:
    """Arrived: it counts as sent. Not arrived: it goes again under the same Message-ID."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    smtp_server.breaks_off = True
    message = queued(opened, at_desk)
    later(settings, 11)
    drain()
    smtp_server.breaks_off = False
    desk = at_desk("specialist")
    path = f"letters/{message.pk}/arrived"
    assert posted(desk, message.case, path, went=went).status_code == 302
    drain()
    message.refresh_from_db()
    assert (message.state, len(smtp_server.messages)) == (state, mails)
    assert {mail["Message-ID"] for mail in smtp_server.messages} == {message.message_id}
    assert posted(desk, message.case, path, went=went).status_code == 422


@pytest.mark.parametrize("address", ["delia@marsh.example\nBcc: all@marsh.example",
                                     "délia@ü.example"])
def test_an_address_that_cannot_be_written_to_has_failed(settings, smtp_server, address) -> None:
    """No header of a stranger's making, and no endless tries."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    with pytest.raises(NotSent) as refused:
        send(Letter("<1@northwind.example>", "care@northwind.example", address, "S", "B", NOW))
    assert refused.value.for_good
    assert smtp_server.messages == []


def test_every_letter_survives_the_way(settings, smtp_server) -> None:
    """Accents, long lines, lone dots and a subject in Polish arrive as they were written."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    body = "Zażółć gęślą jaźń.\n.\n..\nFrom here\n" + "long " * 400 + "\nEnd"
    send(Letter("<2@northwind.example>", "care@northwind.example", "delia@marsh.example",
                "Zwrot środków – 41,20 zł", body, NOW))
    [mail] = smtp_server.messages
    assert mail["Subject"] == "Zwrot środków – 41,20 zł"
    assert words_of(mail) == body


def test_without_a_server_it_lands_in_the_outbox(opened, at_desk, data_folder, settings) -> None:
    """The demo sends nothing outside."""
    message = queued(opened, at_desk)
    later(settings, 11)
    drain()
    [path] = (data_folder / "outbox" / "mail").glob("*.eml")
    message.refresh_from_db()
    assert (message.state, message.proof) == (Message.SENT, f"written to outbox/mail/{path.name}")


def reply(**headers: str) -> EmailMessage:
    """A customer's answer that quotes our letter and shows a card number."""
    mail = EmailMessage()
    given = {"From": "Delia Marsh <delia@marsh.example>", "To": "care@northwind.example",
             "Subject": "Re: your letter", "Date": "Mon, 23 Nov 2026 09:30:00 +0000",
             "Message_ID": "<answer-1@marsh.example>", **headers}
    for name, value in given.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(f"Here is what you asked for, my card is {CARD}.\n\n"
                     "On Mon, 23 Nov 2026 at 09:00, Northwind wrote:\n> Dear Delia Marsh,\n"
                     "> please send us the statement.\n")
    return mail


def sent(opened, at_desk, settings, smtp_server) -> Message:
    """A letter that went out, with the mailbox of the desk ready for its answer."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    message = queued(opened, at_desk)
    later(settings, 11)
    drain()
    return message


def test_a_reply_joins_the_case_by_what_it_answers(
    opened, at_desk, smtp_server, imap_server, settings
) -> None:
    """Its words first, the quoted letter folded, the card number masked; the case goes on."""
    settings.AMENDS_IMAP_URL = imap_server.url
    message = sent(opened, at_desk, settings, smtp_server)
    case = message.case
    posted(at_desk("specialist"), case, "step", state="waiting", why="The statement")
    imap_server.deliver(reply(In_Reply_To=message.message_id))
    fetch_mail({}, NOW)
    received = case.messages.get(incoming=True)
    assert received.body.startswith("Here is what you asked for")
    assert "wrote:" not in received.body
    assert "please send us the statement" in received.quoted
    assert "424242****4242" in received.body
    assert not list(find_cards(received.body + received.quoted + received.subject))
    case.refresh_from_db()
    assert case.state == "investigating"
    assert imap_server.unseen() == 0
    page = at_desk("specialist").get(f"/cases/{case.number}").content.decode()
    assert "Here is what you asked for" in page


def test_the_same_reply_twice_is_one(opened, at_desk, smtp_server, imap_server, settings) -> None:
    """Delivered twice, or read again after a crash: known by its Message-ID."""
    settings.AMENDS_IMAP_URL = imap_server.url
    message = sent(opened, at_desk, settings, smtp_server)
    for _ in range(2):
        imap_server.deliver(reply(References=f"<other@x.example> {message.message_id}"))
        fetch_mail({}, NOW)
    assert message.case.messages.filter(incoming=True).count() == 1
    assert told(message.case).count("message_received") == 1
    assert imap_server.unseen() == 0


def test_a_case_number_joins_only_from_the_partys_own_address(
    opened, imap_server, settings
) -> None:
    """The number in the subject is no secret: a stranger who writes it joins nothing."""
    settings.AMENDS_IMAP_URL = imap_server.url
    case: Case = opened()
    imap_server.deliver(reply(From="Thief <thief@elsewhere.example>", Message_ID="<t@e.example>",
                              Subject=f"Re: {case.label} send the money here"))
    imap_server.deliver(reply(From="DELIA@marsh.example", Message_ID="<d@m.example>",
                              Subject=f"About {case.label}"))
    fetch_mail({}, NOW)
    [joined] = case.messages.filter(incoming=True)
    assert joined.message_id == "<d@m.example>"
    unplaced = Event.objects.get(kind="message_unplaced")
    assert "thief@elsewhere.example" in unplaced.summary
    assert (unplaced.case, imap_server.unseen()) == (None, 0)


def test_an_answering_machine_moves_nothing(
    opened, at_desk, smtp_server, imap_server, settings
) -> None:
    """Out of office is kept on the case, which goes on waiting for its customer."""
    settings.AMENDS_IMAP_URL = imap_server.url
    message = sent(opened, at_desk, settings, smtp_server)
    posted(at_desk("specialist"), message.case, "step", state="waiting", why="The statement")
    imap_server.deliver(reply(In_Reply_To=message.message_id, Auto_Submitted="auto-replied"))
    fetch_mail({}, NOW)
    assert message.case.messages.filter(incoming=True).count() == 1
    assert Case.objects.get(pk=message.case.pk).state == "waiting"


def test_an_html_mail_with_an_attachment_is_read_as_words(
    opened, at_desk, smtp_server, imap_server, settings
) -> None:
    """Words without markup and styles; what is attached is named."""
    settings.AMENDS_IMAP_URL = imap_server.url
    message = sent(opened, at_desk, settings, smtp_server)
    mail = reply(In_Reply_To=message.message_id)
    mail.clear_content()
    mail.set_content("<style>p{color:red}</style><p>It is &pound;20&nbsp;only.</p>"
                     "<div>Thanks</div>", subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="proof.pdf")
    imap_server.deliver(mail)
    fetch_mail({}, NOW)
    received = message.case.messages.get(incoming=True)
    assert received.body == "It is £20 only.\nThanks\n[Attached, left in the mailbox: proof.pdf]"


def test_our_next_letter_answers_their_last(opened, at_desk, smtp_server, settings) -> None:
    """The customer's mail program shows one conversation."""
    settings.AMENDS_SMTP_URL = smtp_server.url
    case = opened()
    receive_letter(actor=Actor("mail worker"), now=NOW, case=case, message_id="<q@marsh.example>",
                   in_reply_to="", sender="delia@marsh.example", subject="A question", body="When?",
                   quoted="", received_at=NOW)
    desk = at_desk("specialist")
    posted(desk, case, "letters", situation="acknowledgement")
    draft = case.messages.get(state=Message.DRAFT)
    posted(desk, case, f"letters/{draft.pk}", subject=draft.subject, body=draft.body, send="1")
    later(settings, 11)
    drain()
    [mail] = smtp_server.messages
    assert mail["In-Reply-To"] == "<q@marsh.example>"
