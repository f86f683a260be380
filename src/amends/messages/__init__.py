"""The words that go out: letters from templates, required statements, and the send gate."""

from amends.messages.compose import Draft, compose, languages
from amends.messages.facts import MessageFacts
from amends.messages.gate import Check, GateReport, gate
from amends.messages.situations import SITUATION_WORDS, Situation, situation_for
from amends.messages.statements import Statement, required

__all__ = ["SITUATION_WORDS", "Check", "Draft", "GateReport", "MessageFacts", "Situation",
           "Statement", "compose", "gate", "languages", "required", "situation_for"]
