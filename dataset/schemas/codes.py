"""The codes of the dataset: closed lists that the engine reasons with, and open lists that we define.

A closed list is fixed for a record-schema version. An open list takes any lower-case code; those below are defined in
the codebook (`docs/codebook.md`), which a test compares with this file. Clients must expect codes they do not know.
"""

from __future__ import annotations

from typing import Final

# Closed lists.
MODALITY: Final = ("asserted", "denied", "predicted", "opinion", "urged")
BASIS: Final = ("stated", "inferred", "author", "unknown")
DATE_BASIS: Final = ("stated", "inferred", "external")
STANCE: Final = ("endorses", "rejects", "neutral")
UTTERED: Final = ("actual", "predicted", "negated")
STATUS: Final = ("occurred", "planned", "cancelled", "uncertain")
QUALIFIER: Final = ("exact", "about", "over", "at_least", "under", "at_most", "between", "order_of")
QUESTION_KIND: Final = ("conflict", "update", "compatible")
ANSWER: Final = ("yes_no", "number", "date", "choice")
RELATION: Final = ("republication_of", "translation_of", "archived_copy_of")

# Open lists: the codes that we define.
SOURCE_KIND: Final = ("article", "op_ed", "blog_post", "list_message", "web_page", "document")
QUOTE_KIND: Final = ("direct", "partial", "scare", "term", "title")
VIA_ROLE: Final = ("relay", "translator", "evidence", "credit")
ZONE_KIND: Final = (
    "title",
    "deck",
    "byline",
    "heading",
    "body",
    "caption",
    "pull_quote",
    "translation",
    "comment",
    "boilerplate",
)
EVENT_KIND: Final = (
    "visit",
    "meeting",
    "tour",
    "ceremony",
    "agreement",
    "launch",
    "publication",
    "statement",
    "interview",
    "vote",
    "transfer",
    "military_activity",
    "war",
    "historical",
)
PLACE_KIND: Final = ("country", "region", "city", "site", "sea", "border")
PARTICIPANT_ROLE: Final = (
    "host",
    "guest",
    "participant",
    "signatory",
    "author",
    "speaker",
    "interviewer",
    "interviewee",
    "delegate",
    "operator",
    "supplier",
    "recipient",
    "voter",
    "belligerent",
)
UNIT: Final = (
    "people",
    "containers",
    "shells",
    "items",
    "pages",
    "hours",
    "days",
    "nights",
    "years",
    "miles",
    "percent",
    "times",
)
ACTOR_KIND: Final = ("person", "state", "organisation", "outlet", "group", "unknown")
