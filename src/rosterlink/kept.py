"""What a run keeps beside its results, so that the next one, after a small change, is quick.

    kept/about.json        what has to be the same again: the code, its libraries, the day
    kept/rows.parquet      of each row a hash of all that decides about its pairs, and how rare its
                           name is
    kept/pairs.parquet     the pairs that were compared, with their levels
    kept/<number>.parquet  the rows of one file in the form that is compared

Only the last holds names and numbers. It is encrypted under a key that comes of the file itself,
so whoever has the results and not the roster cannot read it; nothing tells the key but the file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from rosterlink.reading import Reading

FOLDER = "kept"
ABOUT, ROWS, PAIRS = "about.json", "rows.parquet", "pairs.parquet"
SECRET = b"rosterlink.secret"  # in the metadata of a table: the key of the file it was read from
SOURCE = b"rosterlink.source"  # which part of an earlier run it was taken over from; else not there
READING = b"rosterlink.reading"  # all that reading a file gave beside its rows
PLACES = ("given_row_id", "sequence_no", "source_sheet", "source_row")  # row ids are made of these
AT_ONCE = 1 << 20  # bytes
MOST_PROBLEMS = 100_000  # of one file; with more it is rather read again

NOTHING = "上次的结果里没有可沿用的中间结果（{}），本次整体比对"
OTHER = "上次是用另一版程序或按另一天比对的，本次整体比对"
DAMAGED = "上次的中间结果（{}）不全或已损坏，本次整体比对"


class NothingKept(ValueError):
    """There is nothing to be taken over; the message is one Chinese sentence that says why."""


@dataclass(frozen=True)
class Content:
    """What a file holds: `name` tells contents apart, `secret` is a key that only they give."""

    name: str
    secret: bytes

    @classmethod
    def of(cls, path: Path) -> Content:
        """Hash a file, or the parts of a folder."""
        from rosterlink.reading import is_in_parts
        from rosterlink.reading.textfiles import parts

        hashed = hashlib.blake2b(digest_size=64)
        for part in parts(path) if is_in_parts(path) else (path,):
            hashed.update(f"{part.stat().st_size} ".encode())
            with part.open("rb") as file:
                while some := file.read(AT_ONCE):
                    hashed.update(some)
        digest = hashed.digest()
        return cls(digest[:32].hex(), digest[32:])


@dataclass(frozen=True)
class Kept:
    """What an earlier run left.

    rows: `n`, `sign` and `rarity` of each row. pairs: `a`, `b` and the levels of each pair; those
    under `floor` bits may be missing. `prior`: the bits that spoke against any pair beforehand.
    """

    folder: Path
    sources: Sequence[Mapping[str, str]]
    rows: pa.Table
    pairs: pa.Table
    floor: float
    prior: float

    @classmethod
    def of(cls, results: Path, on: date) -> Kept:
        """Open what a run kept beside its results.

        Raises:
            NothingKept: it is not there, damaged, or of another version or day.
        """
        folder = results / FOLDER
        if not (folder / ABOUT).is_file():
            raise NothingKept(NOTHING.format(folder))
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            same = about["made_by"] == made_by(on)
            rows, pairs = _table(folder / ROWS), _table(folder / PAIRS)
            found = cls(folder, about["sources"], rows, pairs, about["floor"], about["prior"])
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise NothingKept(DAMAGED.format(folder)) from error
        if not same:
            raise NothingKept(OTHER)
        return found


@dataclass
class Shelf:
    """Where a run keeps what a later one may take over, and what it has from an earlier one."""

    into: Path  # an empty folder
    on: date
    earlier: Kept | None = None
    taken_over: dict[str, int] = field(default_factory=dict)
    sources: list[dict[str, str]] = field(default_factory=list)

    def reading(self, option: str, path: Path, content: Content) -> Reading | None:
        """Return a file as an earlier run read it; None if it was not given then as it is now."""
        if not self.earlier:
            return None
        wanted = {"option": option, "file": path.name, "content": content.name}
        if wanted not in self.earlier.sources:
            return None
        number = self.earlier.sources.index(wanted)
        return _read_back(self.earlier.folder / f"{number}.parquet", number, path, content)

    def keep_file(self, table: pa.Table, people: pa.Table) -> None:
        """Keep the rows of a file, `table` as it was read and `people` as they are compared."""
        known = table.schema.metadata
        about = json.loads(known[READING])
        path = self.into / f"{len(self.sources)}.parquet"
        if SOURCE in known and self.earlier:
            self.taken_over["files"] = self.taken_over.get("files", 0) + 1
            shutil.copyfile(self.earlier.folder / f"{int(known[SOURCE])}.parquet", path)
        else:
            for column in PLACES:
                if column in table.column_names:
                    people = people.append_column(column, table.column(column))
            _write(people.replace_schema_metadata({READING: known[READING]}), path, known[SECRET])
        self.sources.append(about["source"])

    def keep_pairs(self, rows: pa.Table, pairs: pa.Table, floor: float, prior: float) -> None:
        """Keep of each row `n`, `sign`, `rarity`; of each pair its rows and levels.

        `floor`: the weight in bits under which pairs may be missing; `prior` the bits that spoke
        against any pair beforehand.
        """
        _write(rows, self.into / ROWS)
        _write(pairs, self.into / PAIRS)
        about = {
            "made_by": made_by(self.on), "floor": floor, "prior": prior, "sources": self.sources
        }  # fmt: skip
        (self.into / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def marked(reading: Reading, option: str, content: Content) -> pa.Table:
    """Return the table of a reading with all that `Shelf.keep_file` has to know of it."""
    about = {
        "source": {"option": option, "file": reading.path.name, "content": content.name},
        "problems": [asdict(problem) for problem in reading.problems],
        "sheets": [asdict(sheet) for sheet in reading.sheets],
        **{name: getattr(reading, name) for name in _PLAIN},
    }
    if len(reading.problems) > MOST_PROBLEMS:
        return reading.table
    told = {READING: json.dumps(about, ensure_ascii=False).encode(), SECRET: content.secret}
    return reading.table.replace_schema_metadata({**(reading.table.schema.metadata or {}), **told})


# What of a reading is plain numbers and texts.
_PLAIN = (
    "roster", "problem_count", "problem_counts", "skipped", "headings", "mapping", "sha256",
)  # fmt: skip


def _read_back(path: Path, number: int, given: Path, content: Content) -> Reading | None:
    """Read the rows of a file back, `row_id` still to be given; None if they are damaged."""
    import pyarrow as pa

    from rosterlink.reading import Problem, Reading, SheetRead

    try:
        table = _table(path, content.secret)
        about = json.loads(table.schema.metadata[READING])
    except (OSError, KeyError, ValueError):
        return None  # it is rather read again
    table = table.append_column("row_id", pa.repeat(pa.scalar(""), len(table)))
    return Reading(
        path=given,
        table=table.replace_schema_metadata({SOURCE: str(number).encode()}),
        problems=tuple(Problem(**problem) for problem in about["problems"]),
        sheets=tuple(SheetRead(**sheet) for sheet in about["sheets"]),
        **{name: _frozen(about[name]) for name in _PLAIN},
    )


def _frozen(value: Any) -> Any:  # Any: JSON
    return tuple(value) if isinstance(value, list) else value


def _write(table: pa.Table, path: Path, secret: bytes | None = None) -> None:
    import pyarrow.parquet as pq
    from pyarrow.parquet.encryption import create_encryption_properties

    key = create_encryption_properties(footer_key=secret) if secret else None
    pq.write_table(table, path, encryption_properties=key, write_page_checksum=True)


def _table(path: Path, secret: bytes | None = None) -> pa.Table:
    import pyarrow.parquet as pq
    from pyarrow.parquet.encryption import create_decryption_properties

    key = create_decryption_properties(footer_key=secret) if secret else None
    return pq.read_table(path, decryption_properties=key, page_checksum_verification=True)


def made_by(on: date) -> dict[str, str]:
    """Say all on which the same rosters' rows and pairs depend, beside these."""
    libraries = ("duckdb", "pyarrow", "numpy", "rapidfuzz", "pypinyin", "opencc")
    return {"on": on.isoformat(), "code": _code(), **{name: version(name) for name in libraries}}


@cache
def _code() -> str:
    """Hash the code itself: what it was changed by may have changed any reading or weight."""
    hashed = hashlib.sha256()
    for path in _files():
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


def _files() -> Iterator[Path]:
    here = Path(__file__).parent
    for kind in ("*.py", "*.json"):
        yield from sorted(here.rglob(kind))
