"""Static files with the hash of their content in the name, made when the desk starts."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatics(CompressedManifestStaticFilesStorage):
    """Falls back to the plain name where the files were not collected, as in tests."""

    manifest_strict = False

    def hashed_name(self, name, content=None, filename=None):  # type: ignore[no-untyped-def]
        """The hashed name, or the plain one for a file that was not collected."""
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            return name
