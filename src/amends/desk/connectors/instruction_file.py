"""The local connector: one instruction file each, in a folder that the bank's software reads.

Whoever has carried a file out moves it into ``taken`` beside it and never deletes it: both folders
are where a second try looks first.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.conf import settings

from amends.casework.remedies import MovementState
from amends.desk.connectors.shape import Instruction, Result
from amends.money import Money


class InstructionFile:
    """Writes ``outbox/instructions/<key>.json``; the file's name makes it happen at most once."""

    name = "file"

    def find(self, instruction: Instruction) -> Result | None:
        """The file that is there already, waiting or taken, or None."""
        path = _path(instruction)
        there = path.exists() or (path.parent / "taken" / path.name).exists()
        return Result(MovementState.CONFIRMED, path.name) if there else None

    def send(self, instruction: Instruction) -> Result:
        """Write the file beside its place and link it in one step; a second one cannot appear."""
        path = _path(instruction)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        with part.open("w", encoding="utf-8") as file:
            json.dump(_content(instruction), file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            return Result(MovementState.CONFIRMED, path.name, "it was there already")
        finally:
            part.unlink()
        _keep_entry(path.parent)
        return Result(MovementState.CONFIRMED, path.name)


def _keep_entry(folder: Path) -> None:
    """The folder's own entry reaches the disk too, so that a power cut cannot take the file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _path(instruction: Instruction) -> Path:
    return Path(settings.DATA) / "outbox" / "instructions" / f"{instruction.key}.json"


def _content(instruction: Instruction) -> dict[str, object]:
    return {
        "instruction_id": instruction.key, "kind": instruction.remedy,
        "effect": instruction.effect, "credit": instruction.credit or None,
        "moves_minor": instruction.moves_minor,
        "amount": Money(instruction.amount_minor, instruction.currency).decimal(),
        "amount_minor": instruction.amount_minor, "currency": instruction.currency,
        "reference": instruction.reference, "case": instruction.case_label,
        "beneficiary": instruction.beneficiary, "made_at": instruction.made_at.isoformat(),
    }
