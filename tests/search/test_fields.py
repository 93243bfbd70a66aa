"""Which members are searched, compared with the schemas; and what an entry of the index is."""

from __future__ import annotations

from dataset.schemas import TYPES, walk
from dataset.schemas.fields import Items, Pattern, Text, Verbatim
from dataset.search.fields import FIELDS, UNSEARCHED, entry, texts
from tests.search.support import members


def free_text() -> set[str]:
    """Type and path of every member that holds words: no id, code, pattern, address or date."""
    found = set()
    for record_type, schema in TYPES.items():
        for path, field in walk(schema()):
            inner = field.inner if isinstance(field, Items) else field
            if type(inner) in (Text, Verbatim):
                found.add(f"{record_type}.{'.'.join(path)}")
    return found


def test_all_words_are_searched_or_there_is_a_reason() -> None:
    assert issubclass(Pattern, Text)  # by its exact type a field of free text is told from ids and codes
    searched = {f"{name}.{path}" for name, (main, rest) in FIELDS.items() for path in (*main, *rest)}
    assert searched | UNSEARCHED.keys() == free_text()
    assert not searched & UNSEARCHED.keys()


def test_types_come_in_their_order() -> None:
    assert list(FIELDS) == list(TYPES)


ACTOR = {
    "id": "ada",
    "name": "Ada Quill",
    "aliases": ["A. Quill", "Áda"],
    "roles": [{"title": "Judge"}, {"title": "Keeper of boats", "organisation": "club"}],
}


def test_texts_of_a_record() -> None:
    assert [tuple(text) for text in texts("actors", ACTOR)] == [
        ("name", "Ada Quill", True),
        ("aliases.0", "A. Quill", True),
        ("aliases.1", "Áda", True),
        ("roles.0.title", "Judge", False),
        ("roles.1.title", "Keeper of boats", False),
    ]
    for path in ("name", "aliases", "roles.title", "note"):
        held = [text.text for text in texts("actors", ACTOR) if path.split(".")[0] == text.path.split(".")[0]]
        assert list(members(ACTOR, path)) == held


def test_entry_of_a_record() -> None:
    gap, rest = "\ue000", "\ue001"
    assert entry("actors", ACTOR) == (
        f" ada quill {gap} a quill {gap} ada {gap} {rest}judge {gap} {rest}keeper {rest}of {rest}boats "
    )
    assert entry("topics", {"id": "x", "label": "…"}) == "  "
