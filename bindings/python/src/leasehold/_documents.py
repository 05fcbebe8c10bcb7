"""Product keys and documents, looked at without a client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Optional

from . import _native as native


@dataclass(frozen=True)
class ProductKey:
    """A product key that is right."""

    key: str
    #: ``generic``, ``host`` or ``multiple``.
    kind: str
    number: int


@dataclass(frozen=True)
class VerifiedDocument:
    """A document that leads up to a root key."""

    type: str
    signer: str
    issued: Optional[int]
    expires: Optional[int]


def read_key(typed: str) -> ProductKey:
    """Reads a product key as a user types it. The hint of the error has the key that was meant, where only one can be."""
    return ProductKey(**json.loads(native.text_of("read_key", native.encode(typed, "typed"))))


def verify(document: bytes, root: str, at: Optional[datetime] = None, revocations: bytes = b"") -> VerifiedDocument:
    """Verifies a document below a root key (64 hexadecimal digits) at a time; now where none is given."""
    seconds = int((at or datetime.now(timezone.utc)).timestamp())
    listed = revocations or None
    given = native.text_of("verify", document, len(document), native.encode(root, "root"), seconds, listed, len(revocations))
    return VerifiedDocument(**json.loads(given))
