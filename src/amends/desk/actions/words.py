"""Words that a person typed, made fit to be kept."""

from __future__ import annotations

from amends.sources.masking import mask_text


def kept(words: str, most: int = 4_000) -> str:
    """``words`` without card numbers, NUL characters and blanks around, cut to ``most``."""
    return mask_text(words.replace("\x00", "").strip()).text[:most]
