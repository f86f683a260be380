"""Files that have arrived and are not read yet, sealed: card numbers never lie open in the folder.

A sealed file is a row of pieces of at most one MiB, each AES-GCM under a key made of the secret
key, with its place and whether it is the last as its tag, so that none can be changed or cut off.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from amends.problems import AmendsError, Problem

PIECE_BYTES = 1 << 20


def _folder() -> Path:
    return Path(settings.DATA) / "incoming"


def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(f"incoming:{settings.SECRET_KEY}".encode()).digest())


def seal(chunks: Iterable[bytes]) -> str:
    """Keep the bytes sealed; gives the name under which ``opened`` finds them."""
    name, cipher = secrets.token_hex(16), _cipher()
    _folder().mkdir(parents=True, exist_ok=True)
    beside = _folder() / f".{name}.part"
    start = secrets.token_bytes(8)
    with beside.open("wb") as file:
        file.write(start)
        for number, (piece, last) in enumerate(_pieces(chunks)):
            sealed = cipher.encrypt(start + struct.pack(">I", number), piece, _tag(last))
            file.write(struct.pack(">I", len(sealed)) + sealed)
    beside.replace(_folder() / name)
    return name


@contextmanager
def opened(name: str, called: str) -> Iterator[Path]:
    """A copy in clear outside the data folder, named as it was sent; gone afterwards.

    AmendsError when what was kept is gone or damaged.
    """
    with tempfile.TemporaryDirectory(prefix="amends-") as folder:
        copy = Path(folder) / (Path(called).name or "file")
        try:
            with copy.open("wb") as file:
                file.writelines(_unsealed(_folder() / name))
        except (OSError, InvalidTag, struct.error) as error:
            raise AmendsError(Problem("error", f"What was kept of {called} cannot be read.",
                                      "Send the file again.", called)) from error
        yield copy


def forget(name: str) -> None:
    """Remove a sealed file."""
    if name:
        (_folder() / name).unlink(missing_ok=True)


def _tag(last: bool) -> bytes:
    return b"last" if last else b"more"


def _pieces(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The bytes in pieces of one size, and whether each is the last; at least one."""
    held = b""
    for chunk in chunks:
        held += chunk
        while len(held) > PIECE_BYTES:
            yield held[:PIECE_BYTES], False
            held = held[PIECE_BYTES:]
    yield held, True


def _unsealed(path: Path) -> Iterator[bytes]:
    cipher = _cipher()
    with path.open("rb") as file:
        start, number, last = file.read(8), 0, False
        while not last:
            size = struct.unpack(">I", file.read(4))[0]
            sealed, nonce = file.read(size), start + struct.pack(">I", number)
            rest = file.read(1)
            last = not rest
            file.seek(-len(rest), 1)
            yield cipher.decrypt(nonce, sealed, _tag(last))
            number += 1
