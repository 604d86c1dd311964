"""Rows brought to the form that is compared, and their marks: the SQL that every engine runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

from rosterlink import addresses, names, person
from rosterlink.engines import bounds, texts
from rosterlink.engines.meeting import Marks
from rosterlink.person import ROSTERS, Person, Side
from rosterlink.weights import FEWEST_NAMES, RARITY_LEAST, RARITY_MOST

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CHILD_NAMES = ("name", "name_pinyin")
OTHER_NAMES = ("former_name", "father_name", "mother_name", "guardian_name", "household_head")
COMPARED = tuple(field.name for field in fields(Person) if field.name not in ("row_id", "roster"))
_OF_NAME = tuple(field.name for field in fields(names.Name) if field.name != "plain")


def read_people(connection: duckdb.DuckDBPyConnection, on: date) -> None:
    """Make of the table `cells` the table `people`, as `person.read` does.

    Left beside it: `name_forms` and `births`, what was read of each distinct text, by its place:
    `name_form` and `birth_form` of a row.
    """
    _keep(
        connection, "name_forms", "name_form", texts.name_forms(_distinct(connection, CHILD_NAMES))
    )
    _keep(connection, "births", "birth_form", texts.births(_distinct(connection, ("birth_date",))))
    connection.register("spellings", texts.spellings(_distinct(connection, OTHER_NAMES)))
    connection.execute(_people_sql(on))
    connection.unregister("spellings")


def _keep(connection: duckdb.DuckDBPyConnection, table: str, number: str, told: pa.Table) -> None:
    import numpy as np
    import pyarrow as pa

    places = pa.array(np.arange(len(told), dtype="int32"))
    connection.register("told", told.add_column(0, number, places))
    connection.execute(f"create table {table} as select * from told")
    connection.unregister("told")


def _distinct(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> pa.Array:
    queries = " union all ".join(f"select {column} as text from cells" for column in columns)
    found = connection.sql(f"select distinct text from ({queries})").to_arrow_table()
    return found.column("text").combine_chunks()


def add_people(connection: duckdb.DuckDBPyConnection, arrived: str) -> None:
    """Add rows that were read elsewhere, each with its own texts, to what `read_people` leaves."""
    of_name, of_birth = ", ".join(("name", *_OF_NAME)), "birth, lunar"
    connection.execute(
        f"""
        create table if not exists name_forms as
            select 0 as name_form, {of_name} from {arrived} limit 0;
        create table if not exists births as
            select 0 as birth_form, {of_birth} from {arrived} limit 0;
        create table if not exists people as
            select *, 0 as name_form, 0 as birth_form from {arrived} limit 0;
        create temp table added as
            select *, (row_number() over () - 1 + (select count(*) from name_forms))::integer
                as name_form, (row_number() over () - 1 + (select count(*) from births))::integer
                as birth_form
            from {arrived};
        insert into name_forms by name select name_form, {of_name} from added;
        insert into births by name select birth_form, {of_birth} from added;
        insert into people by name select * from added;
        drop table added
        """
    )


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark the rows that need no further search: one number and name on both sides."""
    connection.execute(
        f"""
        update people set settled = true from (
            select number, name,
                bool_or(side = {Side.RESIDENTS}) as resident,
                bool_or(side = {Side.ROLL}) as enrolled
            from people where number <> '' and name <> '' group by number, name
            having resident or enrolled
        ) as known
        where people.number = known.number and people.name = known.name
            and (resident and enrolled or side = {Side.OTHER})
        """
    )


def rarity(bearers: str, everybody: str) -> str:
    """How rare a name is that so many of everybody bear, in bits."""
    return f"least({RARITY_MOST}, greatest({RARITY_LEAST}, log2({everybody} / {bearers})))"


def count_names(connection: duckdb.DuckDBPyConnection) -> float:
    """Say in `names` how rare each is; return the bits that speak against any pair beforehand."""
    connection.execute(
        """
        create table bearers as
        select name, count(distinct birth) as bearers from people where name <> '' group by name
        """
    )
    everybody = f"greatest({FEWEST_NAMES}, (select sum(bearers) from bearers))"
    name_rarities(connection, f"select name, {rarity('bearers', everybody)} as rarity from bearers")
    [(prior,)] = connection.execute(f"select -log2({everybody})").fetchall()
    return float(prior)


def name_rarities(connection: duckdb.DuckDBPyConnection, rarities: str) -> None:
    """Make the table `names`: of each `name` its `rarity` and the mark of its characters."""
    connection.execute(
        f"create table names as select *, {bounds.CHARACTERS} as characters from ({rarities})"
    )


def marks(connection: duckdb.DuckDBPyConnection) -> dict[str, Marks]:
    """Return the marks of all people, with `n` and `settled`, in an order of their own."""
    forms = ("name_form", "birth_form")
    of_row = _told(connection, "people", {c: c for c in ("n", "settled", *forms)} | bounds.OF_ROW)
    of_name = _told(
        connection, "name_forms left join names using (name) order by name_form", bounds.OF_NAME
    )
    of_birth = _told(connection, "births order by birth_form", bounds.OF_BIRTH)
    for form, marks_of_form in zip(forms, (of_name, of_birth), strict=True):
        which = of_row.pop(form)
        of_row |= {mark: told[which] for mark, told in marks_of_form.items()}
    return of_row


def _told(
    connection: duckdb.DuckDBPyConnection, rows: str, columns: Mapping[str, str]
) -> dict[str, Marks]:
    stated = ", ".join(f"{sql} as {column}" for column, sql in columns.items())
    found: dict[str, Marks] = connection.execute(f"select {stated} from {rows}").fetchnumpy()
    return found


def uniform(rosters: Mapping[str, Sequence[pa.Table]]) -> Iterator[pa.Table]:
    """Yield each table with the columns of `person.COLUMNS` and no nulls, and its roster."""
    import pyarrow as pa

    schema = pa.schema([(column, pa.string()) for column in ("roster", *person.COLUMNS)])
    yield schema.empty_table()
    for roster in ROSTERS:
        for table in rosters.get(roster, ()):
            empty = pa.repeat(pa.scalar(""), len(table))
            columns = [
                table.column(c).cast(pa.string()).fill_null("")
                if c in table.column_names
                else empty
                for c in person.COLUMNS
            ]
            named = pa.repeat(pa.scalar(roster), len(table))
            yield pa.Table.from_arrays([named, *columns], schema=schema)


def _translate(column: str) -> str:
    return f"translate({column}, '{person.FULL_WIDTH}', '{person.HALF_WIDTH}')"


def _document(column: str) -> str:
    """`person.document` in SQL; what is clean already is let through at once."""
    cleaned = (
        f"regexp_replace(regexp_replace(upper({_translate(column)}), '\\.0*$', ''),"
        " '[^0-9A-Z.+*]', '', 'g')"
    )
    letters, digits = person.LOOKALIKES
    meant = f"(translate(left(t, 17), '{letters}', '{digits}') || right(t, 1))"
    placeholder = (
        "regexp_matches({}, '" + person.PLACEHOLDER.replace("{", "{{").replace("}", "}}") + "')"
    )
    return f"""
        case when {column} = '' then ''
        when regexp_matches({column}, '{person.SHAPE}')
            then case when {placeholder.format(column)} then '' else {column} end
        else list_transform([{cleaned}], lambda t: case
            when {placeholder.format("t")} then ''
            when length(t) <> 18 or regexp_matches(t, '{person.SHAPE}') then t
            when regexp_matches({meant}, '{person.SHAPE}') then {meant} else t end)[1] end
    """


def _is_sound(column: str) -> str:
    """`person.is_sound` in SQL."""
    total = " + ".join(f"(d // {10 ** (16 - i)} % 10) * {w}" for i, w in enumerate(_WEIGHTS))
    place = (
        f"list_transform([try_cast(left({column}, 17) as bigint)], lambda d: ({total}) % 11 + 1)[1]"
    )
    born = f"{column}[7:10] || '-' || {column}[11:12] || '-' || {column}[13:14]"
    return f"""
        case when regexp_matches({column}, '{person.SHAPE}') then
            right({column}, 3) <> '000' and try_cast({born} as date) is not null
            and '10X98765432'[{place}] = right({column}, 1)
        else regexp_matches({column}, '{person.DOCUMENT}') end
    """


def _birth_within(number: str, birth: str, on: date) -> str:
    """`person._birth_within` in SQL."""
    inside = f"substr({number}, 7, 8)"
    return f"""
        case when regexp_matches({inside}, '^[0-9]{{8}}$')
            and try_strptime({inside}, '%Y%m%d') is not null
            and {inside} > '{person.adult_birth(on)}' and {inside} <= '{on:%Y%m%d}'
            and ({birth} = '' or {_is_slip(inside, birth)}) then {inside} else '' end
    """


def _is_slip(true: str, written: str) -> str:
    """`person.is_slip` in SQL."""
    days = f"(try_strptime({true}, '%Y%m%d')::date - try_strptime({written}, '%Y%m%d')::date)"
    return f"""
        case when {true} = {written} or right({true}, 4) = right({written}, 4) then true
        when left({true}, 4) = left({written}, 4) and (right({written}, 4) in ('0101', '0000')
            or right({written}, 4) = substr({true}, 7, 2) || substr({true}, 5, 2)) then true
        when damerau_levenshtein({true}, {written}) <= 1 then true
        else coalesce(abs({days}) <= {person.FEW_DAYS}
            or {days} between {person.LUNAR_LEAST} and {person.LUNAR_MOST}, false) end
    """


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_PATTERN = f"""
    case when numbered.sound <> '' or document = '' then ''
    when regexp_matches(document, '{person.SCIENTIFIC}')
        then replace(split_part(document, 'E', 1), '.', '') || '%'
    when regexp_matches(document, '{person.MASKED}') then case when length(document) = 18
        then replace(document, '*', '_') else regexp_replace(document, '\\*+', '%', 'g') end
    when regexp_matches(document, '{person.SHAPE}') and right(document, 3) = '000'
        then case when right(document, 6) = '000000' then '' else left(document, 15) || '___' end
    when not regexp_matches(document, '^[0-9]+$') then ''
    when length(document) = 15 and births.birth <> '' and document[7:12] = births.birth[3:8]
        then left(document, 6) || left(births.birth, 2) || substr(document, 7) || '_'
    when length(document) between 10 and 17 then document || '%' else '' end
"""

_PHONE = f"""
    case when phone = '' or regexp_full_match(phone, '{person.MOBILE}') then phone
    else list_transform([regexp_replace({_translate("phone")}, '[\\s\\-]', '', 'g')], lambda t: case
        when regexp_matches(t, '{person.MOBILE}') then regexp_extract(t, '{person.MOBILE}')
        when length(regexp_replace(t, '[^0-9]', '', 'g')) between 7 and 12
            then regexp_replace(t, '[^0-9]', '', 'g') else '' end)[1] end
"""

_SEX = (
    "case upper(trim(sex)) "
    + " ".join(f"when '{text}' then '{sex}'" for text, sex in person.SEXES.items())
    + " else '' end"
)


def _either(column: str, other: str) -> str:
    return f"case when {column} <> '' then {column} else {other} end"


def _parent(parent: str, relation: str) -> str:
    return (
        f"case when {parent}.plain <> '' then {parent}.plain"
        f" when relation = '{relation}' then guardian.plain else '' end"
    )


def _people_sql(on: date) -> str:
    """`person.read` in SQL, in steps: what needs one cell, then what needs two."""
    adult = person.adult_birth(on)
    family = ", ".join(
        _document(c) for c in ("father_id", "mother_id", "guardian_id", "household_head_id")
    )
    documents = [_document(c) for c in ("id_no", "left(cert_no, 18)", "passport")]
    sides = " ".join(f"when '{roster}' then {int(side)}" for roster, side in ROSTERS.items())
    number = "case when number <> '' then number else document end"
    return f"""
        create table people as
        with single as (
            select n, row_id, roster,
                coalesce({", ".join(f"nullif({document}, '')" for document in documents)}, '')
                    as document,
                {_document("student_no")} as student_document,
                [{family}] as family_documents,
                {_PHONE} as phone, {_SEX} as sex,
                replace({_either("address", "home_address")}, ' ', '') as place,
                replace(community, ' ', '') as community_text,
                regexp_replace(trim(ethnicity), '族$', '') as ethnicity,
                {_either("name", "name_pinyin")} as name_text,
                former_name, father_name, mother_name,
                {_either("guardian_name", "household_head")} as guardian_text,
                left(guardian_relation, 1) as relation, birth_date, {", ".join(person.CARRIED)}
            from cells
        ), sounded as (
            select *, regexp_extract(place, '{addresses.STREET}', ['name', 'number']) as street,
                regexp_extract(place, '{addresses.DOOR}', ['house', 'room']) as door,
                case when {_is_sound("document")} then document else '' end as sound,
                substr(student_document, 2) as registered
            from single
        ), registered as (
            select *, length(sound) = 18 and sound[7:14] <= '{adult}' as adult,
                case when left(student_document, 1) <> 'G' then ''
                    when registered = sound or {_is_sound("registered")} then registered
                    else '' end as first_number
            from sounded
        ), numbered as (
            select *, case when adult then '' when sound <> '' then sound else first_number end
                as number
            from registered
        )
        select n, row_id, roster,
            (case roster {sides} end)::utinyint as side,
            name.name_form, births.birth_form, name.name, name.turned, name.sound, name.near,
            name.letters, name.surname, name.given, name.latin, former.plain as former, sex,
            births.birth, births.lunar,
            {_birth_within(number, "births.birth", on)} as number_birth, number,
            length(number) < 18 or births.birth = ''
                or {_is_slip("number[7:14]", "births.birth")} as own,
            first_number,
            case when numbered.sound = '' then document else '' end as typed,
            {_PATTERN} as pattern,
            {_parent("father", "父")} as father, {_parent("mother", "母")} as mother,
            guardian.plain as guardian,
            list_sort(list_distinct(list_filter(
                family_documents || [case when adult then numbered.sound else '' end],
                lambda t: length(t) >= 8))) as family_ids,
            phone,
            street.name || street.number as street,
            case when door.house <> '' then door.house || '-' || door.room else '' end as door,
            coalesce(nullif(regexp_extract(community_text, '{addresses.COMMUNITY}', 1), ''),
                regexp_extract(place, '{addresses.COMMUNITY}', 1)) as community,
            ethnicity, {", ".join(person.CARRIED)}, false as settled
        from numbered
        join name_forms name on name.text = name_text
        join spellings former on former.text = former_name
        join spellings father on father.text = father_name
        join spellings mother on mother.text = mother_name
        join spellings guardian on guardian.text = guardian_text
        join births on births.text = birth_date
    """
