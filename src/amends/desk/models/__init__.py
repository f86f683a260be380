"""The desk's records: columns and constraints, nothing else."""

from amends.desk.models.cases import Case, CaseSeen, Claim, Clock, Escalation, Task
from amends.desk.models.events import Event, EventStream
from amends.desk.models.evidence import (
    Evidence,
    FindingRecord,
    Mapping,
    SourceFile,
    TraceRecord,
    Upload,
)
from amends.desk.models.learning import CoachingNote, ProblemRecord
from amends.desk.models.letters import Message, Note
from amends.desk.models.outbox import Counter, IdempotentAnswer, Job, Schedule
from amends.desk.models.parties import Party
from amends.desk.models.people import ApiKey, Role, Team, User
from amends.desk.models.recon import BreakRecord, ReconRun
from amends.desk.models.settlement import Decision, Movement
from amends.desk.models.sheets import SheetCheck

__all__ = [
    "ApiKey", "BreakRecord", "Case", "CaseSeen", "Claim", "Clock", "CoachingNote", "Counter",
    "Decision", "Escalation", "Event", "EventStream", "Evidence", "FindingRecord",
    "IdempotentAnswer", "Job", "Mapping", "Message", "Movement", "Note", "Party", "ProblemRecord",
    "ReconRun", "Role", "Schedule", "SheetCheck", "SourceFile", "Task", "Team",
    "TraceRecord", "Upload", "User",
]
