"""What every schema of the dataset has in common: unknown fields refused by name, absent equal to null, bounds derived.

`Schema.load` takes plain data (from YAML every scalar is text) and answers the *body* of a record: JSON-able,
validated, null members and empty lists left out, the bounds of each date added.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validates_schema

from dataset import edtf
from dataset.canonical import Body, prune
from dataset.problems import shown, suggestion
from dataset.schemas.fields import Edtf, Items, Part, Slug


class Strict(Schema):
    """A mapping with known fields. Published as open (fields may be added), yet refusing unknown ones at the door."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def drop_nulls(self, data: Any, **kwargs: Any) -> Any:
        """Null is absent: a required field that is null is missing, any other is left out."""
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None}

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_unknown(self, data: Body, original: Any, **kwargs: Any) -> None:
        """Name each unknown field, and each derived one that does not follow from what it derives from."""
        if not isinstance(original, dict):
            return
        errors: dict[str, list[str]] = {}
        typed = [name for name, field in self.fields.items() if not field.dump_only]
        derived = self._derived(original)
        for name in original.keys() - typed:
            if name not in self.fields:
                hint = suggestion(str(name), typed)
                errors[str(name)] = [f"unknown field{hint}; allowed: {', '.join(typed)}"]
            elif original[name] not in (None, derived.get(name)):
                errors[name] = [f"is derived, never typed; found {shown(original[name])}; allowed: leave it out"]
        if errors:
            raise ValidationError(errors)

    @post_load
    def complete(self, data: Body, **kwargs: Any) -> Body:
        """Add the derived bounds and leave out what is null or empty."""
        pruned: Body = prune({**data, **self._derived(data)})
        return pruned

    def _derived(self, data: Body) -> Body:
        found: Body = {}
        for name, field in self.fields.items():
            if isinstance(field, Edtf) and isinstance(data.get(name), str):
                try:
                    found[f"{name}_earliest"], found[f"{name}_latest"] = edtf.days(data[name])
                except ValueError:
                    continue
        return found


class RecordSchema(Strict):
    """A record type: a mapping with an `id`."""

    type: ClassVar[str]

    id: Slug


def walk(schema: Schema, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], fields.Field[Any]]]:
    """Every field of a schema with its path, those of its parts included; a list stands for all its items."""
    for name, field in schema.fields.items():
        yield (*path, name), field
        inner = field.inner if isinstance(field, Items) else field
        if isinstance(inner, Part):
            yield from walk(inner.schema, (*path, name))
