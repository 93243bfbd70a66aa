"""Cursors: where a list goes on, in which release, and for which query.

Opaque to clients and safe in an address as it is: base64url, without padding, of a JSON array. The release lets a walk
end in the release in which it began; the digest of type and filters refuses a cursor that is carried elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

#: Form of a cursor's contents; raised when it changes, so that older cursors are refused and not misread.
FORM: Final = 1
PATTERN: Final = "[A-Za-z0-9_-]{1,1000}"

#: Made once: `json.dumps` with these would make an encoder for every cursor.
_encode: Final = json.JSONEncoder(separators=(",", ":"), default=list).encode

_PLACE = re.compile(r"[ -~]{1,600}")


class Cursor(NamedTuple):
    """The contents: version of the release, digest of the query, place in the order behind which the list goes on."""

    release: str
    digest: str
    after: str

    def encode(self) -> str:
        """The cursor as clients get it."""
        text = _encode([FORM, *self])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """The contents of a cursor.

    Raises:
        ValueError: nothing that `encode` ever made.
    """
    try:
        form, *members = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    except (binascii.Error, UnicodeDecodeError, TypeError, RecursionError) as error:
        raise ValueError("not a cursor") from error
    if form != FORM or len(members) != 3 or not all(isinstance(member, str) for member in members):
        raise ValueError("not a cursor of this version")
    cursor = Cursor(*members)
    if not _PLACE.fullmatch(cursor.after) or cursor.encode() != text:
        raise ValueError("not a cursor")
    return cursor


def digest(record_type: str, filters: Mapping[str, object]) -> str:
    """A short digest of a query; the order of filters, and of the values in one, makes no difference."""
    canonical = _encode([record_type, sorted(filters.items())])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
