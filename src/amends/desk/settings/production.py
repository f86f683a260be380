"""The desk behind TLS for a team. ``AMENDS_NOW`` is refused here; the clock is the real one."""

from django.core.exceptions import ImproperlyConfigured

from amends.desk.settings import environment
from amends.desk.settings.base import *  # noqa: F403
from amends.desk.settings.base import AMENDS_NOW

if AMENDS_NOW:
    raise ImproperlyConfigured("AMENDS_NOW is for tests and pictures; take it out in production.")
if not environment.text("AMENDS_SECRET_KEY"):
    raise ImproperlyConfigured("Set AMENDS_SECRET_KEY: 50 random characters, the same everywhere.")

HOSTS = [host for host in environment.text("AMENDS_HOSTS").split(",") if host]
ALLOWED_HOSTS = [*HOSTS, "127.0.0.1"]  # the last for health checks on the machine itself
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
