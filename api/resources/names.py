"""The addresses by which the world names records and releases lead to the interface.

Citations and linked data name a claim by `<home>/claims/<id>`, whatever the version of the interface
(`dataset.citing.addresses`). Where the home of the dataset is the root of this service, such an address leads on here,
with its query; the client's `Accept` goes with it.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, request

from api.caching import SHORT
from dataset.schemas import TYPES

blueprint = Blueprint("names", __name__)

#: What stands first in such an address.
NOUNS: Final = (*(name for name in TYPES if name != "dataset"), "releases", "citations")


def lead_on(noun: str, rest: str) -> Response:
    """Where the thing of that name is answered."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    answer = Response(status=307, headers={"Location": f"/v1/{noun}/{quote(rest)}{query}", "Cache-Control": SHORT})
    del answer.headers["Content-Type"]
    return answer


for _noun in NOUNS:
    blueprint.add_url_rule(f"/{_noun}/<path:rest>", _noun, lead_on, defaults={"noun": _noun})
