"""Problem records gather cases of a cause; coaching notes reach their agent, who answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.desk.access import Actor
from amends.desk.actions.learning import coach, join_problem, open_problem, step_problem
from amends.desk.models import (
    BreakRecord,
    Case,
    CoachingNote,
    Decision,
    Event,
    ProblemRecord,
    ReconRun,
    Team,
    User,
)
from amends.desk.queries.learning import problem_lines
from amends.problems import AmendsError
from moments import NOW

pytestmark = pytest.mark.django_db
DESK = Actor("test")


@pytest.fixture
def problem(people: dict[str, User]) -> ProblemRecord:
    """A known cause: the price on the page and the price charged differ."""
    return open_problem(actor=Actor.person(people["analyst"]), now=NOW, title="Prices out of step",
                        cause="price_sync", owner_words="Checkout team")


def join(case: Case, problem: ProblemRecord | None) -> None:
    """Put the case under the record."""
    case.refresh_from_db()
    join_problem(actor=DESK, now=NOW, case=case, version=case.version, problem=problem)


def broken(run: ReconRun, reference: str, **given: object) -> BreakRecord:
    """One open break of the kind that a price out of step leaves in the books."""
    return BreakRecord.objects.create(**{
        "run": run, "first_run": run, "key": f"amount_mismatch:{reference}",
        "kind": "amount_mismatch", "reference": reference, "currency": "EUR", "delta_minor": 500,
        "reason": "charged more", **given})


@pytest.fixture
def run(db: None) -> ReconRun:
    """A reconciliation that found breaks."""
    return ReconRun.objects.create(as_of=NOW.date(), asked_at=NOW)


def test_an_analyst_keeps_a_problem_from_open_to_fixed(at_desk) -> None:
    """Opened, handed on, fixed from a day; each an event with the words."""
    client = at_desk("analyst")
    answer = client.post("/problems/open", {"title": "Prices out of step", "cause": "price_sync"})
    assert answer["Location"] == "/problems/1"
    client.post("/problems/1/step", {"state": "with_product", "owner_words": "Checkout team"})
    client.post("/problems/1/step", {"state": "fixed", "owner_words": "Checkout team",
                                     "fixed_on": "2026-11-20"})
    record = ProblemRecord.objects.get()
    assert (record.state, f"{record.fixed_on}") == ("fixed", "2026-11-20")
    assert "PR-001" in client.get("/problems").content.decode()
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "problem_opened", "problem_stepped", "problem_stepped"]


@pytest.mark.parametrize(("address", "given"), [
    ("/problems/open", {"title": " "}), ("/problems/open", {"title": "x", "cause": "magic"}),
    ("/problems/1/step", {"state": "magic"}),
    ("/problems/1/step", {"state": "fixed", "fixed_on": "soon"}),
])
def test_what_a_problem_record_cannot_be_is_refused(
    at_desk, problem, address: str, given: dict[str, str]
) -> None:
    """422, and the record stands."""
    assert at_desk("analyst").post(address, given).status_code == 422
    assert ProblemRecord.objects.get().state == ProblemRecord.OPEN


def test_a_problem_fixed_and_opened_again_has_no_day_of_fixing(problem) -> None:
    """The day belongs to the state."""
    step_problem(actor=DESK, now=NOW, problem=problem, state="fixed", owner_words="",
                 fixed_on=NOW.date())
    step_problem(actor=DESK, now=NOW, problem=problem, state="open", owner_words="",
                 fixed_on=NOW.date())
    assert ProblemRecord.objects.get().fixed_on is None


def test_the_record_shows_its_cases_and_those_that_could_join(at_desk, opened, problem) -> None:
    """Joined ones with their money; others whose decision names the same cause."""
    mine, other, unrelated = (opened(reference=f"NW-{n}") for n in range(3))
    join(mine, problem)
    Decision.objects.create(case=other, outcome="upheld", remedy="refund", cause="price_sync",
                            made_at=NOW)
    page = at_desk("specialist").get("/problems/1").content.decode()
    assert "1 case, 1 open" in page
    assert "1 more case of the same cause" in page
    assert mine.label in page and other.label in page
    assert unrelated.label not in page
    join(mine, None)
    kinds = set(Event.objects.filter(case=mine).values_list("kind", flat=True))
    assert {"problem_joined", "problem_left"} <= kinds


def test_silent_victims_are_those_of_whom_no_case_tells(at_desk, opened, problem, run) -> None:
    """Breaks of the cause's kind, open, without a case, of payments nobody wrote about."""
    case = opened(reference="NW-TOLD")
    broken(run, "NW-SILENT")
    broken(run, "NW-TOLD")
    broken(run, "NW-HAS-CASE", case=case)
    broken(run, "NW-OTHER-KIND", kind="payout_missing")
    broken(run, "NW-GONE", state=BreakRecord.GONE)
    for role in ("specialist", "analyst"):
        page = at_desk(role).get("/problems/1").content.decode()
        assert "1 payment hit by the same cause, and nobody wrote in" in page
        assert "NW-SILENT" in page
        for other in ("NW-TOLD", "NW-HAS-CASE", "NW-OTHER-KIND", "NW-GONE"):
            assert other not in page


def test_an_analyst_sees_no_words_of_a_case(at_desk, opened, problem) -> None:
    """Counts and money, but neither customer nor case, and nothing to join."""
    join(opened(), problem)
    page = at_desk("analyst").get("/problems/1").content.decode()
    assert "1 case, 1 open" in page
    for words in ("Delia", "AM-000001", "NW-7741-2093"):
        assert words not in page


def test_a_case_that_may_not_be_seen_is_not_counted(at_desk, opened, problem, people) -> None:
    """Restricted, or of another team: neither in the count nor in the money."""
    restricted, theirs = opened(reference="NW-1"), opened(reference="NW-2")
    join(restricted, problem)
    join(theirs, problem)
    Case.objects.filter(pk=restricted.pk).update(restricted=True, owner=people["team_lead"])
    Case.objects.filter(pk=theirs.pk).update(team=Team.objects.create(name="Another"))
    for address in ("/problems/1", "/problems"):
        assert "412.60" not in at_desk("specialist").get(address).content.decode()
        assert "412.60" in at_desk("team_lead").get(address).content.decode()
    assert "0 cases, 0 open" in at_desk("specialist").get("/problems/1").content.decode()


def test_the_board_takes_few_queries(
    at_desk, opened, problem, django_assert_max_num_queries
) -> None:
    """However many records and cases there are."""
    for n in range(4):
        record = open_problem(actor=DESK, now=NOW, title=f"Problem {n}")
        join(opened(reference=f"NW-{n}"), record)
    client = at_desk("team_lead")
    client.get("/problems")
    with django_assert_max_num_queries(12):
        client.get("/problems")


def test_a_note_reaches_its_agent_who_answers_once(at_desk, opened, people) -> None:
    """Written on the case, new for the agent, read or answered, seen by the specialist."""
    case = opened(agent_email="agent@northwind.example")
    opened(agent_email="agent@northwind.example")  # joins: two hand-ups by one agent
    specialist, agent = at_desk("specialist"), at_desk("agent")
    given = {"agent": people["agent"].pk, "text": "Ask for the number first", "avoidable": "yes"}
    assert specialist.post(f"/cases/{case.number}/coach", given).status_code == 302
    note = CoachingNote.objects.get()
    assert (note.agent, note.avoidable) == (people["agent"], True)
    assert "New" in agent.get("/coaching/mine").content.decode()
    agent.post(f"/coaching/{note.pk}/answer", {"answer": " "})
    note.refresh_from_db()
    assert (note.seen_at is not None, note.answered_at) == (True, None)
    agent.post(f"/coaching/{note.pk}/answer", {"answer": "The customer had none"})
    assert "The customer had none" in specialist.get("/coaching").content.decode()
    again = agent.post(f"/coaching/{note.pk}/answer", {"answer": "Or had they?"})
    assert again.status_code == 422
    note.refresh_from_db()
    assert note.answer == "The customer had none"


def test_another_agent_neither_sees_nor_answers_a_note(at_desk, opened, people) -> None:
    """404, and nothing on their page."""
    case = opened(agent_email="agent@northwind.example")
    note = coach(actor=Actor.person(people["specialist"]), now=NOW, case=case,
                 agent=people["agent"], text="Be kind to yourself")
    User.objects.filter(pk=people["agent"].pk).update(role="analyst")
    User.objects.filter(pk=people["analyst"].pk).update(role="agent")
    stranger = at_desk("analyst")
    assert "Be kind" not in stranger.get("/coaching/mine").content.decode()
    answer = stranger.post(f"/coaching/{note.pk}/answer", {"answer": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize("agent", ["", "0", "abc", "team_lead"])
def test_a_note_goes_only_to_whoever_handed_the_case_up(
    at_desk, opened, people, agent: str
) -> None:
    """404 for anybody else."""
    case = opened(agent_email="agent@northwind.example")
    given = {"agent": people[agent].pk if agent in people else agent, "text": "x"}
    answer = at_desk("specialist").post(f"/cases/{case.number}/coach", given)
    assert answer.status_code == 404
    assert not CoachingNote.objects.exists()


def test_an_empty_note_is_no_note(opened, people) -> None:
    """Refused with words; the desk itself coaches nobody."""
    case = opened()
    for actor, text in ((Actor.person(people["specialist"]), "  "), (DESK, "Try this")):
        with pytest.raises(AmendsError):
            coach(actor=actor, now=NOW, case=case, agent=people["agent"], text=text)


def test_notes_of_a_case_that_may_not_be_seen_are_not_shown(at_desk, opened, people) -> None:
    """Nor counted in the line of the agent."""
    case = opened(agent_email="agent@northwind.example")
    coach(actor=Actor.person(people["specialist"]), now=NOW, case=case, agent=people["agent"],
          text="Secret advice")
    Case.objects.filter(pk=case.pk).update(restricted=True, owner=people["team_lead"])
    page = at_desk("specialist").get("/coaching").content.decode()
    assert "Secret advice" not in page
    assert '<td class="num">1</td>' not in page
    assert "Secret advice" in at_desk("team_lead").get("/coaching").content.decode()
    assert "Secret advice" in at_desk("agent").get("/coaching/mine").content.decode()


def test_the_trend_counts_the_last_twelve_weeks(at_desk, opened, problem) -> None:
    """An old case is counted in all, not in a week."""
    join(opened(received_at=NOW - timedelta(weeks=20)), problem)
    assert at_desk("team_lead").get("/problems/1").status_code == 200
    [line] = problem_lines(User.objects.get(role="team_lead"), NOW)
    assert (line.cases, sum(line.weeks)) == (1, 0)
