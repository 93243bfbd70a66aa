"""What claims are about, as linked data: events, actors and places."""

from __future__ import annotations

import re
from typing import Any, Final

from dataset.canonical import Body
from dataset.citing.gathering import Cited
from dataset.citing.linked.common import ACTOR_TYPES, Node, actor_ref, dated, own, ref, release
from dataset.exports.descriptors.about import present

PLACE_TYPES: Final = {
    "country": "Country",
    "region": "AdministrativeArea",
    "city": "City",
    "sea": "SeaBodyOfWater",
}
#: Events that have been are of no status in schema.org.
STATUS: Final = {"planned": "http://schema.org/EventScheduled", "cancelled": "http://schema.org/EventCancelled"}
#: Concepts of Wikidata.
WIKIDATA: Final = "http://www.wikidata.org/entity/"

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def event(cited: Cited) -> Node:
    """An `Event`; those who took part stand in a `Role` that says as what."""
    body = cited.body
    place_id = body.get("place")
    where = None
    if place_id is not None:
        found: Body | None = cited.places.get(place_id)
        where = ref(cited, "places", place_id)
        where = present({**(where or {}), **_place(found)}) if found else where
    return {
        "@type": "Event",
        "name": body["title"],
        **_when(body),
        "location": where,
        "attendee": [
            {"@type": "Role", "roleName": one["role"], "attendee": actor_ref(cited, one["actor"])}
            for one in body.get("participants", ())
        ],
        "eventStatus": STATUS.get(body.get("status", "")),
        "superEvent": ref(cited, "events", body.get("part_of")),
        "subjectOf": release(cited),
        **own(body, "kind", "status", "date_basis", "note"),
    }


def _when(body: Body) -> Node:
    """Start and end where the date is plain or an interval of two days; always as EDTF."""
    if "date" not in body:
        return {}
    start, _, end = body["date"].partition("/")
    if _DAY.fullmatch(start) and _DAY.fullmatch(end or start):
        return {"startDate": start, "endDate": end or start, **dated(body, "date", "startDate")}
    return dated(body, "date", "startDate")


def actor(cited: Cited) -> Node:
    """A person or an organisation."""
    body = cited.body
    kind = ACTOR_TYPES.get(body.get("kind", ""), "Thing")
    alone = [role["title"] for role in body.get("roles", ()) if "organisation" not in role]
    return {
        "@type": kind,
        "name": body["name"],
        "alternateName": body.get("aliases"),
        "jobTitle": alone if kind == "Person" else [],
        "memberOf": [_membership(cited, role) for role in body.get("roles", ()) if "organisation" in role],
        "address": _country(body),
        "sameAs": _wikidata(body),
        "subjectOf": release(cited),
        **own(body, "kind", "named", "note"),
    }


def _membership(cited: Cited, role: Body) -> Node:
    held: dict[str, Any] = {"@type": "OrganizationRole", "roleName": role["title"]}
    return present(held | {"memberOf": actor_ref(cited, role["organisation"]), **dated(role, "time", "startDate")})


def place(cited: Cited) -> Node:
    """A `Place`, with its point where that is known."""
    return {**_place(cited.body), "subjectOf": release(cited), **own(cited.body, "kind", "note")}


def _place(body: Body) -> Node:
    geo = None
    if "latitude" in body:
        geo = {"@type": "GeoCoordinates", "latitude": body["latitude"], "longitude": body["longitude"]}
    return {
        "@type": PLACE_TYPES.get(body.get("kind", ""), "Place"),
        "name": body["name"],
        "geo": geo,
        "address": _country(body),
        "sameAs": _wikidata(body),
    }


def _country(body: Body) -> Node | None:
    return {"@type": "PostalAddress", "addressCountry": body["country"]} if "country" in body else None


def _wikidata(body: Body) -> str | None:
    return f"{WIKIDATA}{body['wikidata']}" if "wikidata" in body else None
