"""Who works at the desk, and the keys of programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from amends.desk.models.columns import one_of


class Role(StrEnum):
    """What a person is at the desk; one each."""

    SPECIALIST = "specialist"
    TEAM_LEAD = "team_lead"
    AGENT = "agent"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_WORDS = {
    Role.SPECIALIST: "Specialist",
    Role.TEAM_LEAD: "Team lead",
    Role.AGENT: "Frontline agent",
    Role.ANALYST: "Analyst",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}


class Team(models.Model):
    """A team of specialists; cases belong to one."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["User"]):
    """Makes people; e-mail addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """One person who may sign in with ``email``."""
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class User(AbstractBaseUser):
    """A person at the desk, with one role."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=[(str(r), w) for r, w in ROLE_WORDS.items()])
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)
    theme = models.CharField(max_length=8, blank=True, default="")
    single_keys = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = (one_of("role", Role, "user_role"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The person's name."""
        return str(self)

    @property
    def initials(self) -> str:
        """Two letters for the disc: first and last name."""
        words = str(self).replace("@", " ").split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


class ApiKey(models.Model):
    """A program's key; only its hash is kept, and the first letters to tell keys apart."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    key_sha256 = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
