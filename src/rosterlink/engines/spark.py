"""The engine for many machines: Spark brings rows together, DuckDB works on them where they are.

What is done to a row, to the rows under one key or to a pair is done by the SQL of the levels, the
keys and the weights as it stands, run by DuckDB inside Spark's workers on one part of the rows at
a time. Spark does what no single machine can: it brings into one part the rows that share a
number, a key or a pair, and spills what does not fit. So its answer is that of one machine to the
last bit, and there is no second dialect to keep in step.

Needs PySpark and Java, and on every worker this package with the same DuckDB.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING

from rosterlink import blocking, person, weights
from rosterlink.engines import EngineMissing, bounds, meeting, rows
from rosterlink.engines.duckdb import DuckDBEngine
from rosterlink.levels import COMPARISONS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

LEAST_JAVA = 17
NO_PYSPARK = "--engine spark 需要 PySpark：请先 pip install 'oosc[spark]'，并装 Java 17 以上"
NO_JAVA = (
    "--engine spark 需要 Java 17 以上：Debian 上请先 apt install openjdk-17-jre-headless，"
    "或把 JAVA_HOME 指向已装好的 Java"
)
NO_SESSION = "Spark 没有启动：请核对 --master {} 和 --memory，以及这台机器上的 Java"
ROWS_IN_A_PART = 50_000  # of a roster; a worker holds one part with all that is made of it
LEVELS = tuple(c.code for c in COMPARISONS)
Work = Callable[[DuckDBEngine, "pa.Table"], "pa.Table"]  # from some rows to others


def what_is_missing() -> str:
    """Say in one Chinese sentence what this engine lacks here; "" where it can run."""
    if any(find_spec(package) is None for package in ("pyspark", "pandas")):
        return NO_PYSPARK
    return "" if _java() >= LEAST_JAVA else NO_JAVA


def _java() -> int:
    """Return the version of the Java that Spark would start; 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if not java:
        return 0
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', told.stderr)
    return int(found[1]) if found else 0


class SparkEngine:
    def __init__(
        self, master: str | None = None, threads: int | None = None, memory: str | None = None
    ) -> None:
        if missing := what_is_missing():
            raise EngineMissing(missing)
        self.session = _session(master or f"local[{threads or '*'}]", memory)
        self.parts = 1

    def read(self, rosters: Mapping[str, Sequence[pa.Table]], on: date) -> pa.Table:
        cells = _numbered(rosters)
        at_once = self.session.sparkContext.defaultParallelism
        self.parts = max(at_once, -(-len(cells) // ROWS_IN_A_PART))
        self.session.conf.set("spark.sql.shuffle.partitions", self.parts)
        read = _each_batch(self.session.createDataFrame(cells.combine_chunks()), _Read(on))
        together = read.repartition(self.parts, "number", "name")
        self.people = _each_part(together, _settle).persist()
        return _narrow(self.people.select(*person.KEPT).toArrow().sort_by("n"))

    def pairs(self, keep: float) -> pa.Table:
        keys = _each_batch(self.people, _keys).repartition(self.parts, "key")
        met = _each_part(keys, _meet).repartition(self.parts, "a").dropDuplicates(["a", "b"])
        bearers = self._bearers()
        all_names = bearers.groupBy().sum("bearers").first()
        people = self.people.join(bearers, "name", "left")
        children = max(weights.FEWEST_NAMES, (all_names and all_names[0]) or 0)
        weighing = _Weighing(keep, children).of(_nobody(people))
        marks = _each_batch(people, weighing.mark).persist()
        pairs = _each_batch(_with_both(met, marks, ["marks"]), weighing.sift)
        sides = _with_both(pairs, people, [*rows.COMPARED, "bearers"])
        found = _each_batch(sides, weighing.weigh).toArrow()
        marks.unpersist()
        self.people.unpersist()
        order = [("weight", "descending"), ("a", "ascending"), ("b", "ascending")]
        return _narrow(found.sort_by(order))

    def _bearers(self) -> DataFrame:
        """Count the birth dates under each name."""
        from pyspark.sql import functions

        named = self.people.where("name <> ''").groupBy("name")
        return named.agg(functions.count_distinct("birth").alias("bearers"))


def _numbered(rosters: Mapping[str, Sequence[pa.Table]]) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    cells = pa.concat_tables(rows.uniform(rosters))
    return cells.add_column(0, "n", pa.array(np.arange(len(cells), dtype="int32")))


def _session(master: str, memory: str | None) -> SparkSession:
    """Start Spark, or join the session that runs; it writes no data on stderr."""
    from pyspark.sql import SparkSession

    here = master.startswith("local")
    quiet = Path(__file__).with_name("spark_log.json")
    os.environ.setdefault("SPARK_SUBMIT_OPTS", f"-Dlog4j2.configurationFile={quiet}")
    if here:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    chosen = {
        "spark.driver.memory": _as_java(memory) if memory else "2g",
        "spark.driver.maxResultSize": "0",
        "spark.log.level": "ERROR",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS_IN_A_PART),
        "spark.ui.enabled": str(not here).lower(),
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.appName("rosterlink").master(master)
    try:
        return builder.config(map=chosen).getOrCreate()
    except Exception as error:  # whatever Java and the cluster make of it
        raise EngineMissing(NO_SESSION.format(master)) from error


def _as_java(memory: str) -> str:
    """Write 1.5GB or 512MiB as Java wants it, in whole megabytes."""
    unit = memory.upper().rstrip("B").rstrip("I")[-1]
    number = float(re.match(r"[\d.]+", memory)[0])  # type: ignore[index]  # the command checked it
    return f"{int(number * 1024 ** ('KMGT'.index(unit) - 1))}m"


def _with_both(pairs: DataFrame, rows: DataFrame, columns: Sequence[str]) -> DataFrame:
    """Add columns of the rows at both ends of each pair, named for the left and the right."""
    for end, side in (("a", "l"), ("b", "r")):
        named = [f"{column} as {column}_{side}" for column in columns]
        pairs = pairs.join(rows.selectExpr(f"n as {end}", *named), end)
    return pairs


# ---- parts of the rows, in the workers


def _each_batch(frame: DataFrame, work: Work) -> DataFrame:
    """Do what needs one row at a time."""
    return _in_workers(frame, work, whole=False)


def _each_part(frame: DataFrame, work: Work) -> DataFrame:
    """Do what needs all the rows that were brought into one part."""
    return _in_workers(frame, work, whole=True)


def _in_workers(frame: DataFrame, work: Work, whole: bool) -> DataFrame:
    from pyspark.sql.pandas.types import from_arrow_schema

    nobody = _widen(work(DuckDBEngine(threads=1), _nobody(frame)))

    def in_worker(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        parts = [list(batches)] if whole else ([batch] for batch in batches)
        for part in parts:
            if part:
                yield from _undisclosed(work, pa.Table.from_batches(part)).to_batches()

    return frame.mapInArrow(in_worker, from_arrow_schema(nobody.schema))


def _nobody(frame: DataFrame) -> pa.Table:
    from pyspark.sql.pandas.types import to_arrow_schema

    return to_arrow_schema(frame.schema).empty_table()


def _undisclosed(work: Work, rows: pa.Table) -> pa.Table:
    """Do it; an error's own words may quote a cell, and Spark would log them."""
    try:
        return _widen(work(DuckDBEngine(threads=1), rows))
    except Exception as error:
        raise RuntimeError(type(error).__name__) from None


def _widen(table: pa.Table) -> pa.Table:
    """Java knows no unsigned numbers."""
    import pyarrow as pa

    fields = [f.with_type(pa.int16()) if f.type == pa.uint8() else f for f in table.schema]
    return table.cast(pa.schema(fields))


def _narrow(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    fields = [f.with_type(pa.uint8()) if f.type == pa.int16() else f for f in table.schema]
    return table.cast(pa.schema(fields)).combine_chunks()


@dataclass(frozen=True)
class _Read:
    on: date

    def __call__(self, engine: DuckDBEngine, cells: pa.Table) -> pa.Table:
        engine.connection.register("cells", cells)
        rows.read_people(engine.connection, self.on)
        return engine.connection.sql(
            "select * exclude (name_form, birth_form) from people"
        ).to_arrow_table()


def _settle(engine: DuckDBEngine, people: pa.Table) -> pa.Table:
    engine.connection.register("arrived", people)
    engine.connection.execute("create table people as select * from arrived")
    rows.settle(engine.connection)
    return engine.connection.sql("select * from people").to_arrow_table()


def _keys(engine: DuckDBEngine, people: pa.Table) -> pa.Table:
    """Return the keys of each row, each rule's its own; `most` rows may share one, unless 0."""
    import numpy as np
    import pyarrow as pa

    engine.connection.register("arrived", people)
    rows.add_people(engine.connection, "arrived")
    rows.name_rarities(engine.connection, "select '' as name, 0.0 as rarity where false")
    marks = rows.marks(engine.connection)
    parts = []
    for number, rule in enumerate(blocking.RULES):
        for looking in (True, False):
            some = np.flatnonzero(marks["settled"] != looking)
            keys, places = meeting.keyed(rule, marks, some, looking)
            parts.append(
                pa.table(
                    {
                        "key": (keys * np.uint64(2 * number + 1)).view(np.int64),
                        "n": marks["n"][places],
                        "looking": np.full(len(keys), looking),
                        "most": np.full(len(keys), rule.most, np.int32),
                    }
                )
            )
    return pa.concat_tables(parts)


def _meet(engine: DuckDBEngine, keys: pa.Table) -> pa.Table:
    """Pair each row that is looking for its like with every row under a key of its."""
    import numpy as np
    import pyarrow as pa

    key, n, looking, most = (keys.column(c).to_numpy() for c in ("key", "n", "looking", "most"))
    met = [np.empty((0, 2), np.int32)]
    for limit in np.unique(most):
        some = most == limit
        for a, b in meeting.meet(key[some].view(np.uint64), n[some], looking[some], limit):
            met.append(np.stack([np.minimum(a, b), np.maximum(a, b)], axis=1)[a != b])
    pairs = np.unique(np.concatenate(met), axis=0)
    return pa.table({"a": pairs[:, 0], "b": pairs[:, 1]})


@dataclass(frozen=True)
class _Weighing:
    """What `DuckDBEngine.pairs` does with pairs, for some of them at a time.

    The marks of a row travel packed in one value: a row of Spark takes eight bytes a number.
    """

    keep: float
    all_names: int  # how many children are told apart by name and birth date
    kind: np.dtype[np.void] | None = None  # how the marks are packed

    def of(self, nobody: pa.Table) -> _Weighing:
        """Know how the marks of such rows are packed."""
        return replace(self, kind=self._marks(DuckDBEngine(threads=1), nobody).dtype)

    def mark(self, engine: DuckDBEngine, people: pa.Table) -> pa.Table:
        """Return `n` and the marks of each row."""
        import pyarrow as pa

        packed = self._marks(engine, people)
        kind = pa.binary(packed.itemsize)
        marks = pa.Array.from_buffers(kind, len(packed), [None, pa.py_buffer(packed.tobytes())])
        numbers = people.column("n").combine_chunks().sort()
        return pa.table({"n": numbers, "marks": marks.cast(pa.binary())})

    def sift(self, engine: DuckDBEngine, pairs: pa.Table) -> pa.Table:
        """Leave the pairs that may weigh enough."""
        import numpy as np
        import pyarrow as pa

        both = np.concatenate([self._unpacked(pairs.column(f"marks_{side}")) for side in "lr"])
        marks = {mark: both[mark] for mark in both.dtype.names or ()}
        bound = bounds.Bound(marks, -log2(self.all_names))
        a = np.arange(len(pairs), dtype=np.int32)
        passed = bound.passes(a, a + np.int32(len(pairs)), self.keep)
        return pairs.select(["a", "b"]).filter(pa.array(passed))

    def weigh(self, engine: DuckDBEngine, sides: pa.Table) -> pa.Table:
        """Return the levels and the weight of each pair that weighs enough."""
        engine.connection.register("sides", sides)
        levels = ", ".join(f"{c.sql} as {c.code}" for c in COMPARISONS)
        rarities = ", ".join(map(self._rarity, ("bearers_l", "bearers_r")))
        return engine.connection.sql(
            f"""
            with leveled as (
                select a, b, -log2({self.all_names}) as prior, {levels},
                    coalesce(least({rarities}), 0) as rarity
                from sides
                where not (number_l <> '' and number_l = number_r and name_l = name_r)
            )
            {weights.weighed_sql(self.keep)}
            """
        ).to_arrow_table()

    def _marks(self, engine: DuckDBEngine, people: pa.Table) -> npt.NDArray[np.void]:
        """Return the marks of the rows in the order of their numbers."""
        import numpy as np

        engine.connection.register("arrived", people)
        rows.add_people(engine.connection, "arrived")
        rows.name_rarities(
            engine.connection,
            f"select distinct name, {self._rarity('bearers')} as rarity from people"
            " where name <> ''",
        )
        marks = rows.marks(engine.connection)
        by_number = np.argsort(marks["n"])
        marks = {mark: marks[mark][by_number] for mark in bounds.ASKED}
        kind = np.dtype([(mark, values.dtype) for mark, values in marks.items()])
        packed: npt.NDArray[np.void] = np.rec.fromarrays(list(marks.values()), dtype=kind)
        return packed

    def _rarity(self, bearers: str) -> str:
        """How rare a name is, in bits; null where there is no name."""
        bits = rows.rarity(bearers, str(self.all_names))
        return f"(case when {bearers} is not null then {bits} end)"

    def _unpacked(self, marks: pa.ChunkedArray) -> npt.NDArray[np.void]:
        import numpy as np
        import pyarrow as pa

        kind = np.dtype(self.kind)
        together = marks.combine_chunks().cast(pa.binary(kind.itemsize))
        values: npt.NDArray[np.void] = np.frombuffer(together.buffers()[1], kind)
        return values[together.offset :][: len(together)]
