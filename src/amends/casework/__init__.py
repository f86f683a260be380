"""How a claim is judged: triage, trace, findings, decisions, remedies."""
