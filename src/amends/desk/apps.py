"""The one Django app of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Everything of the desk under one label, with one chain of migrations."""

    name = "amends.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
