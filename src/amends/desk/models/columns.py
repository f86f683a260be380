"""Columns that several records share, so that each means the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from django.db import models

_Word = TypeVar("_Word", bound=StrEnum)


def choices(words: Mapping[_Word, str]) -> list[tuple[str, str]]:
    """Django choices from an enum's words."""
    return [(str(value), word) for value, word in words.items()]


def one_of(
    field: str, enum: type[StrEnum], name: str, *, blank: bool = False
) -> models.CheckConstraint:
    """The database holds only values of ``enum`` in ``field``."""
    values = [member.value for member in enum] + ([""] if blank else [])
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)


def amount_column() -> models.BigIntegerField:  # type: ignore[type-arg]
    """Whole minor units of the currency beside it."""
    return models.BigIntegerField(default=0)


def currency_column() -> models.CharField:  # type: ignore[type-arg]
    """ISO 4217 code, empty when the amount is unknown."""
    return models.CharField(max_length=3, blank=True, default="")


def sha256_column() -> models.CharField:  # type: ignore[type-arg]
    """Hex sha-256, empty when there is none."""
    return models.CharField(max_length=64, blank=True, default="")
