"""Tables, migrations and schemas agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Table, inspect, text

from dataset.schemas import TYPES, walk
from dataset.schemas.fields import Code, Edtf, Items, Reference
from dataset.store.columns import member_columns
from dataset.store.database import Database
from dataset.store.migrating import configuration
from dataset.store.older import wanting
from dataset.store.publishing import migrate
from dataset.store.tables import HEAD, LINKS, OLDER, RECORDS, is_shared, metadata
from tests.conftest import NewDatabase


@pytest.fixture(scope="module")
def migrated(engine: str, new_database: NewDatabase) -> Iterator[Database]:
    url = new_database(engine)
    migrate(url)
    database = Database(url)
    yield database
    database.close()


def test_migrations_build_the_tables(migrated: Database) -> None:
    with migrated.read() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": is_shared}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("state", ["migrated", "published"])
def test_indexes_are_built_with_their_conditions(request: pytest.FixtureRequest, engine: str, state: str) -> None:
    """What the comparison does not see, and what a first load takes away and brings back."""
    database: Database = request.getfixturevalue(state)
    with database.read() as connection:
        option = f"{engine}_where"
        for table in metadata.sorted_tables:
            built = {
                str(index["name"]): str(index.get("dialect_options", {}).get(option, ""))
                for index in inspect(connection).get_indexes(table.name)
                if not index.get("duplicates_constraint") and is_shared(str(index["name"]), "index", {})
            }
            assert built.keys() == {index.name for index in table.indexes}
            for index in table.indexes:
                declared = index.dialect_options[engine]["where"]
                expected = "" if declared is None else str(declared.compile(compile_kwargs={"literal_binds": True}))
                assert _bare(built[str(index.name)], table) == _bare(expected, table), index.name


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("state", ["migrated", "published"])
def test_what_has_an_index_for_the_newest_release_has_two_for_those_before(
    request: pytest.FixtureRequest, state: str
) -> None:
    """Once there are any: a database of one release or none pays nothing for them."""
    database: Database = request.getfixturevalue(state)
    with database.read() as connection:
        for table in RECORDS.values():
            held = {str(index["name"]) for index in inspect(connection).get_indexes(table.name)}
            newest = {name.removesuffix("_newest") for name in held if name.endswith("_newest")}
            for older in OLDER:
                found = {name.removesuffix(older) for name in held if name.endswith(older)}
                by_id = {f"ix_{table.name}_id"} if older == "_past" or table.info["order"] != "id" else set()
                assert found == (newest - by_id if state == "published" else set())
        assert wanting(connection) == []


def _bare(condition: str, table: Table) -> str:
    for noise in ("(", ")", '"', f"{table.name}."):
        condition = condition.replace(noise, "")
    return condition


@pytest.mark.parametrize("name", list(metadata.tables))
def test_columns_have_their_order_and_collation(migrated: Database, name: str) -> None:
    """The body comes last on SQLite; ids and codes compare by code point on PostgreSQL."""
    with migrated.read() as connection:
        columns = inspect(connection).get_columns(name)
        if connection.dialect.name == "sqlite":
            assert [column["name"] for column in columns] == [column.name for column in metadata.tables[name].columns]
            return
        rows = connection.execute(
            text("SELECT column_name, collation_name FROM information_schema.columns WHERE table_name = :name"),
            {"name": name},
        )
        collations = {row[0]: row[1] for row in rows}
    for column in metadata.tables[name].columns:
        declared = getattr(column.type.dialect_impl(connection.dialect), "collation", None)
        assert collations[column.name] == declared, column


def test_there_is_one_head_and_the_tables_name_it() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [HEAD]


def test_record_tables_are_the_record_types() -> None:
    assert list(RECORDS) == list(TYPES)


def _paths(record_type: str) -> dict[str, Any]:
    return {".".join(path): field for path, field in walk(TYPES[record_type]())}


def _columns(record_type: str) -> list[tuple[Column[Any], str]]:
    """Each member column of a type and its link tables, with the full path it is read from."""
    found = [(column, path) for column in member_columns(RECORDS[record_type]) for path in column.info["paths"]]
    for links in LINKS[record_type]:
        for column in member_columns(links):
            found += [(column, f"{links.info['path']}.{path}".rstrip(".")) for path in column.info["paths"]]
    return found


@pytest.mark.parametrize("record_type", list(TYPES))
def test_columns_are_read_from_fields_of_the_schema(record_type: str) -> None:
    fields = _paths(record_type)
    for column, path in _columns(record_type):
        assert path in fields, f"{column} is read from {path}, which the schema of {record_type} has not"


@pytest.mark.parametrize("record_type", list(TYPES))
def test_required_columns_are_required_fields(record_type: str) -> None:
    fields = _paths(record_type)
    for column in member_columns(RECORDS[record_type]):
        path = column.info["paths"][0]
        if "derive" not in column.info and "." not in path:
            assert column.nullable != fields[path].required, column


#: References and codes that no filter asks for, and why.
UNFILTERED = {
    "sources.text.zones.kind": "in the link table, found by row",
    "sources.derived_from.relation": "in the link table, found by the source",
    "actors.roles.basis": "told with the role",
    "questions.positions.key": "claims are found by it, in claims_answers",
}


@pytest.mark.parametrize("record_type", list(TYPES))
def test_every_reference_code_and_date_has_a_column(record_type: str) -> None:
    """What a reader would filter by has a column, or a reason why it has none."""
    read = {path for _, path in _columns(record_type)}
    for path, field in _paths(record_type).items():
        inner = field.inner if isinstance(field, Items) else field
        if isinstance(inner, Reference | Code | Edtf) and f"{record_type}.{path}" not in UNFILTERED:
            assert path in read or path.startswith("roles.time"), f"{record_type}: {path} has no column"
