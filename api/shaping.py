"""The parameters that shape an answer: which records by id, which members, in which order, with what beside them.

What each takes depends on the type of the list alone: the members of its schema, the references among them, the keys
that `dataset.queries.sorting` knows, the dimensions that `dataset.queries.grouping` knows. A field finds them when it
is bound to the query schema of a type, so that a list gets them without naming them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from marshmallow import ValidationError, fields
from webargs.fields import DelimitedList

from api.problems import SHOWN
from dataset.members import references
from dataset.problems import suggestion
from dataset.queries.grouping import DIMENSIONS, DIMENSIONS_MOST
from dataset.queries.sorting import KEYS_MOST, SORTS, Key
from dataset.schemas import TYPES

#: Records that one request may name.
IDS_MOST: Final = 200
SAMPLE_MOST: Final = 500
SEED_MOST: Final = 2**31 - 1


class Names(DelimitedList):
    """Words with commas between them, each of those that the type of the query knows, each once."""

    most = 50

    def __init__(self, description: str) -> None:
        super().__init__(fields.String(), metadata={"description": description})
        self.known: tuple[str, ...] = ()

    def names(self, record_type: str) -> Sequence[str]:
        """What a type knows."""
        raise NotImplementedError

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        self.known = tuple(self.names(parent.type))
        told = ", ".join(f"`{name}`" for name in self.known)
        description = f"{self.metadata['description']} Of {told}."
        self.metadata = {
            **self.metadata,
            "description": description,
            "maxItems": self.most,
            "example": list(self.known[:1]),
        }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        words = list(dict.fromkeys(str(value).split(self.delimiter)))
        allowed = ", ".join(self.known)
        mistakes = [
            f"found {word[:SHOWN]!r}{suggestion(word[:SHOWN], self.known)}; allowed: {allowed}"
            for word in words
            if self.plain(word) not in self.known
        ]
        if len(words) > self.most:
            mistakes = [f"found {len(words)} names; allowed: at most {self.most}"]
        if mistakes:
            raise ValidationError(mistakes)
        return self.made(words)

    def plain(self, word: str) -> str:
        """The name in a word."""
        return word

    def made(self, words: list[str]) -> Any:
        """What the view gets."""
        return tuple(words)


class Members(Names):
    """`fields`: the members of a record that are wanted."""

    def __init__(self) -> None:
        super().__init__("The members to answer, with commas between; the others are left out, `id` never is.")

    def names(self, record_type: str) -> Sequence[str]:
        """The fields of the schema."""
        return tuple(TYPES[record_type]().fields)

    def made(self, words: list[str]) -> tuple[str, ...]:
        """The names, the id among them."""
        return tuple(dict.fromkeys(("id", *words)))


class Expand(Names):
    """`expand`: the members whose records are wanted beside the answer."""

    def __init__(self) -> None:
        super().__init__("Members whose records are sent too, in `included`, each once; commas between.")

    def names(self, record_type: str) -> Sequence[str]:
        """The members that refer to records."""
        return tuple(references(record_type))


class Sort(Names):
    """`sort`: the keys of the order."""

    most = KEYS_MOST

    def __init__(self) -> None:
        super().__init__(
            f"The order: at most {KEYS_MOST} keys with commas between, `-` in front for descending; records that lack "
            "the key come last, those alike in the default order. Dates by their earliest day, texts by code point."
        )

    def names(self, record_type: str) -> Sequence[str]:
        """The keys of the type."""
        return tuple(SORTS[record_type])

    def plain(self, word: str) -> str:
        """The key without its direction."""
        return word.removeprefix("-")

    def made(self, words: list[str]) -> tuple[Key, ...]:
        """The keys."""
        keys = tuple(Key(word.removeprefix("-"), word.startswith("-")) for word in words)
        if len({key.name for key in keys}) < len(keys):
            raise ValidationError(f"found {','.join(words)}; allowed: each key once")
        return keys


class GroupBy(Names):
    """`group_by`: the dimensions of a count."""

    most = DIMENSIONS_MOST

    def __init__(self) -> None:
        super().__init__("Count under each value of one dimension, or of two with a comma between.")

    def names(self, record_type: str) -> Sequence[str]:
        """The dimensions of the type."""
        return tuple(DIMENSIONS[record_type])


class Ids(DelimitedList):
    """`id`: records by their ids."""

    def __init__(self) -> None:
        super().__init__(fields.String())

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        self.slug: Any = TYPES[parent.type]().fields["id"]
        self.metadata = {
            "description": f"Ids of the records wanted, at most {IDS_MOST}, with commas between; those that the "
            "release lacks are told in `missing`. Without `limit` the page holds them all.",
            "maxItems": IDS_MOST,
            "example": [self.slug.metadata["example"]],
        }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        words = sorted(set(str(value).split(self.delimiter)))
        if len(words) > IDS_MOST:
            raise ValidationError(f"found {len(words)} ids; allowed: at most {IDS_MOST}")
        mistakes: list[str] = []
        for word in words:
            try:
                self.slug.deserialize(word)
            except ValidationError as error:
                mistakes += [str(message) for message in error.messages]
        if mistakes:
            raise ValidationError(mistakes)
        return words


class Exact(fields.String):
    """`count`: whether to say how many records the whole list has."""

    def __init__(self) -> None:
        description = "`exact`: `page.total` says how many records the whole list has."
        super().__init__(metadata={"description": description, "pattern": "^exact$", "example": "exact"})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value != "exact":
            raise ValidationError(f"found {str(value)[:SHOWN]!r}; allowed: exact")
        return "exact"


class Whole(fields.Integer):
    """A whole number between two bounds."""

    def __init__(self, description: str, least: int, most: int, example: int) -> None:
        told = {"description": description, "minimum": least, "maximum": most, "example": example}
        super().__init__(metadata=told)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if re.fullmatch("[0-9]{1,10}", str(value)) and self.least <= int(value) <= self.most:
            return int(value)
        found = str(value)[:SHOWN]
        raise ValidationError(f"found {found!r}; allowed: a whole number from {self.least} to {self.most}")


def sample_field() -> Whole:
    """The parameter `sample`."""
    return Whole(
        "As many records of the list, drawn by `seed`: the same ones whenever the same release is asked. In the "
        "default order, on one page; not together with `limit`, `cursor` or `sort`.",
        least=1,
        most=SAMPLE_MOST,
        example=10,
    )


def seed_field() -> Whole:
    """The parameter `seed`."""
    return Whole(
        "Which sample to draw; 0 when absent. The records with the least SHA-256 of seed, space and id make it.",
        least=0,
        most=SEED_MOST,
        example=7,
    )
