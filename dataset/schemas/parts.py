"""The mappings that records are made of: anchors, chains, quantities, dates of a role and the like."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from dataset.canonical import Body
from dataset.schemas import codes
from dataset.schemas.base import Strict
from dataset.schemas.fields import (
    Code,
    Integer,
    Items,
    Number,
    Part,
    Pattern,
    Reference,
    Sha256,
    Text,
    Url,
    Verbatim,
    dated,
)
from dataset.schemas.fields import Day as DayField


class Anchor(Strict):
    """A stretch of a captured text: half-open, in code points of the file decoded as UTF-8 with nothing translated."""

    start = Integer("First code point of the stretch, counted from 0.", required=True, example=1204)
    end = Integer("The code point behind the last one of the stretch.", required=True, example=1287)
    sha256 = Sha256("SHA-256 of the stretch as UTF-8.", required=True)

    @validates_schema
    def check_order(self, data: Body, **kwargs: Any) -> None:
        """An anchor holds at least one character."""
        if data["start"] >= data["end"]:
            found = f"found {data['start']} to {data['end']}"
            raise ValidationError({"end": [f"{found}; allowed: an end behind the start"]})


class QuoteAnchor(Anchor):
    """The anchor of a quote, with what stands around it (prefix and suffix of the W3C TextQuoteSelector)."""

    prefix = Verbatim("Up to 32 characters in front of the stretch, as captured.", limit=32, example="she told them, “")
    suffix = Verbatim("Up to 32 characters behind the stretch, as captured.", limit=32, example="” and left the room")


class ViaLink(Strict):
    """One link of the chain between the claimant or speaker and the source."""

    actor = Reference("Who passed it on.", to="actors", required=True, example="interfax")
    role = Code("What this link did.", codes.VIA_ROLE, required=True)


class Quantity(Strict):
    """A figure as the text has it: one `value`, or bounds `min` and `max`."""

    value = Number("The figure.", example=3000)
    min = Number("Lower bound, where the text gives one.", example=2)
    max = Number("Upper bound, where the text gives one.", example=4)
    qualifier = Code("How the text limits the figure.", codes.QUALIFIER, closed=True, required=True)
    unit = Code("What the number is counted in.", codes.UNIT, required=True)
    of = Text("What is counted, in our words.", example="containers of munitions")

    @validates_schema
    def check_bounds(self, data: Body, **kwargs: Any) -> None:
        """A value, or bounds; `between` needs both bounds."""
        low, high = data.get("min"), data.get("max")
        if ("value" in data) == (low is not None or high is not None):
            found = "both" if "value" in data else "neither"
            raise ValidationError({"value": [f"found {found} of value and bounds; allowed: a value, or min and max"]})
        if low is not None and high is not None and low > high:
            raise ValidationError({"max": [f"found {high}, below min {low}; allowed: at least {low}"]})
        if data["qualifier"] == "between" and (low is None or high is None):
            raise ValidationError({"qualifier": ["found 'between' without both bounds; allowed: min and max"]})


class Answer(Strict):
    """The position that a claim takes on a question."""

    question = Reference("The question.", to="questions", required=True, example="how-many-containers")
    position = Code("The key of one of its positions.", required=True, example="over_3000")


class Participant(Strict):
    """Somebody at an event."""

    actor = Reference("Who.", to="actors", required=True, example="vladimir-putin")
    role = Code("As what.", codes.PARTICIPANT_ROLE, required=True)


class ActorRole(Strict):
    """An office or function of an actor."""

    title = Text("The office, in English.", required=True, example="Foreign Minister")
    organisation = Reference("Of which organisation or state.", to="actors", example="russia")
    time, time_earliest, time_latest = dated("When it was held, as far as the sources tell.")
    basis = Code("How we know.", codes.DATE_BASIS, closed=True)


class Derivation(Strict):
    """That a source derives from another."""

    source = Reference("The source it derives from.", to="sources", required=True, example="example-times-2024-06-18")
    relation = Code("How it derives from it.", codes.RELATION, closed=True, required=True)


class Zone(Strict):
    """A stretch of a text with one function. The zones of a text partition it."""

    kind = Code("The function of the stretch.", codes.ZONE_KIND, required=True)
    start = Integer("First code point.", required=True, example=0)
    end = Integer("The code point behind the last one.", required=True, example=92)


class SourceText(Strict):
    """The captured text of a source: a file of its own, or a stretch of another source's file."""

    file = Pattern(
        "File name in the folder of texts.",
        r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}",
        "a plain file name without folders",
        example="example-times.txt",
    )
    sha256 = Sha256("SHA-256 of the whole file.")
    characters = Integer("Code points in the whole file.", least=1, example=8120)
    captured = DayField("Day on which the text was captured, where known.")
    part_of = Reference("The source whose file holds this text.", to="sources", example="example-blog-2024-06")
    start = Integer("First code point of the stretch in that file.", example=5120)
    end = Integer("The code point behind its last one.", example=9544)
    zones = Items("The zones; they partition the text.", Part("A zone.", Zone))

    @validates_schema
    def check_form(self, data: Body, **kwargs: Any) -> None:
        """One of the two forms, and zones that follow one another without gap or overlap."""
        whole, part = {"file", "sha256", "characters"}, {"part_of", "start", "end"}
        form = part if "part_of" in data else whole
        alien = (whole | {"captured"} if form is part else part) & set(data)
        if form - set(data) or alien:
            found = ", ".join(name for name in self.fields if name in data)
            raise ValidationError(
                f"found {found or 'nothing'}; allowed: file, sha256 and characters, or part_of, start and end"
            )
        expected, end = (data["start"], data["end"]) if form is part else (0, data["characters"])
        for index, zone in enumerate(data.get("zones", [])):
            if zone["start"] != expected or zone["end"] <= zone["start"]:
                found = f"found {zone['start']} to {zone['end']}"
                raise ValidationError(
                    {"zones": {index: {"start": [f"{found}; allowed: a stretch from {expected} on"]}}}
                )
            expected = zone["end"]
        if data.get("zones") and expected != end:
            last = len(data["zones"]) - 1
            raise ValidationError({"zones": {last: {"end": [f"found {expected}; allowed: {end}, the text's end"]}}})


class Position(Strict):
    """One answer to a question that a claim may take."""

    key = Code("The key that claims name.", required=True, example="over_3000")
    label = Text("The position in words.", required=True, example="More than 3,000")


class Creator(Strict):
    """Who made the dataset."""

    name = Text("Name of a person, project or organisation.", required=True, example="Example Archive")
    url = Url("Their page.", example="https://example.org/")
