"""Times the matching, the intake and the pages, and writes docs/benchmarks.md.

    make bench                         every part but those that need an hour or another program
    make bench ARGS="peers accuracy"   some parts; the others keep the figures they have
    make bench ROSTERS=one:another     the comparison on rosters of one's own as well

What is timed is what a person waits for: whole processes, cold, with their memory. The figures
hold for the machine and the versions that stand over them; ratios hold for others too. The
yardstick says how fast the machine was that minute: figures of two days are read with it.
"""

from __future__ import annotations

import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import bench_matching
from bench_figures import ON, ROOT, Figure, bin_, timed

REPORT = ROOT / "docs" / "benchmarks.md"
LONGEST_START = 60


def main() -> None:
    wanted = sys.argv[1:] or [name for name, part in PARTS.items() if part.usual]
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in wanted:
        with tempfile.TemporaryDirectory() as folder:
            figures = []
            for figure in PARTS[name].measure(Path(folder)):
                print(*figure, sep=" | ", file=sys.stderr, flush=True)
                figures.append(figure)
        REPORT.write_text(with_section(REPORT.read_text("utf-8"), name, figures), "utf-8")
    print(REPORT.read_text(encoding="utf-8"))


def starts(folder: Path) -> Iterator[Figure]:
    seconds = min(timed([bin_("rosterlink"), "--help"])[0] for _ in range(5))
    yield "`rosterlink --help`", f"{seconds:.2f} s", "≤ 0.3 s", "best of 5"
    data = {"OOSC_DATA": str(folder / "serve")}
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env={**os.environ, **data}, check=True)
    seconds = statistics.median(start_of_server([*manage, "serve"], data) for _ in range(5))
    yield "`make serve` until it answers, all migrated", f"{seconds:.1f} s", "≤ 3 s", "median of 5"


def start_of_server(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds until /healthz answers 200."""
    port = free_port()
    began = time.perf_counter()
    server = subprocess.Popen(
        command,
        env={**os.environ, **environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while server.poll() is None and time.perf_counter() - began < LONGEST_START:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                return time.perf_counter() - began
            time.sleep(0.02)
    finally:
        server.terminate()
        server.wait()
    raise RuntimeError("the server did not start")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def intake(folder: Path) -> Iterator[Figure]:
    """A workbook of 300,000 rows: pre-scanned, read in the guarded child, checked, as Parquet."""
    from rosterlink import synthetic

    made = synthetic.make(430_000, seed=3, on=date.fromisoformat(ON))
    rows = made.rosters["school_roll"]
    table = rows.slice(0, 300_000)
    path = folder / "school_roll.xlsx"
    write_workbook(table, path)
    code = (
        "import sys; from pathlib import Path; from oosc.rosters import intake;"
        "import django; django.setup();"
        "taken = intake.take_in(Path(sys.argv[1]), 'school_roll', mapping={});"
        "intake.to_parquet(taken.table); print(taken.table.num_rows)"
    )
    environment = {"OOSC_DATA": str(folder / "intake"), "DJANGO_SETTINGS_MODULE": "oosc.settings"}
    seconds, megabytes = timed([sys.executable, "-c", code, str(path)], environment)
    size = f"{table.num_rows:,} rows × {table.num_columns} columns"
    words = f"an .xlsx of {size} pre-scanned, checked, stored"
    yield words, f"{seconds:.1f} s", "≤ 15 s, < 1,500 MB", f"{megabytes:,} MB, parent and child"


def write_workbook(table: object, path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    columns = {name: table[name].to_pylist() for name in table.column_names}  # type: ignore[index, attr-defined]  # an Arrow table
    for at, heading in enumerate(columns):
        sheet.write_string(0, at, heading)
    for row, values in enumerate(zip(*columns.values(), strict=True), start=1):
        for at, value in enumerate(values):
            sheet.write_string(row, at, value)
    book.close()


def demo(folder: Path) -> Iterator[Figure]:
    """The example subdistrict: made up, received, compared, its cases in every state."""
    command = [sys.executable, str(ROOT / "manage.py"), "load_demo"]
    seconds, megabytes = timed(command, {"OOSC_DATA": str(folder / "demo")})
    yield "`load_demo`, about 3,000 children", f"{seconds:.0f} s", "—", f"{megabytes:,} MB"


def register(folder: Path) -> Iterator[Figure]:
    """What a run of a large subdistrict tells the register."""
    yield from filled("SQLite", folder / "register", "", "register", BENCH_CHILDREN="30000")


def pages(folder: Path) -> Iterator[Figure]:
    """Pages over 300,000 children, on both databases."""
    for name, database in databases(folder):
        with database as address:
            yield from filled(name, folder / name, address)


def filled(
    name: str, data: Path, address: str, *words: str, **environment: str
) -> Iterator[Figure]:
    environment |= {"OOSC_DATA": str(data), "DJANGO_SETTINGS_MODULE": "oosc.settings"}
    if address:
        environment["OOSC_DATABASE"] = address
    done = subprocess.run(
        [sys.executable, str(ROOT / "make" / "bench_pages.py"), *words],
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in json.loads(done.stdout.splitlines()[-1]):
        yield f"{line['words']}, {name}", line["measured"], line["budget"], line["remark"]


def databases(folder: Path) -> Iterator[tuple[str, AbstractContextManager[str]]]:
    yield "SQLite", no_server()
    if Path("/usr/lib/postgresql").exists():
        yield "PostgreSQL", server(folder / "pg")


@contextmanager
def no_server() -> Iterator[str]:
    yield ""


@contextmanager
def server(folder: Path) -> Iterator[str]:
    os.chmod(folder.parent, 0o755)  # the server's own user has to reach its folder
    script = str(ROOT / "make" / "postgres.sh")
    started = subprocess.run(
        [script, "start", str(folder)], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    try:
        yield started.stdout.strip().splitlines()[-1]
    finally:
        subprocess.run([script, "stop", str(folder)], cwd=ROOT, check=False)


def with_section(report: str, name: str, figures: Sequence[Figure]) -> str:
    """Return the report with one part measured anew; its other parts stay as they are."""
    head, *sections = re.split(r"^(?=## )", report, flags=re.MULTILINE)
    kept = {text.splitlines()[0].removeprefix("## "): text.rstrip() for text in sections}
    kept[PARTS[name].title] = section(PARTS[name], name, figures)
    ordered = [kept[part.title] for part in PARTS.values() if part.title in kept]
    return "\n\n".join([head.rstrip(), *ordered]) + "\n"


def section(part: Part, name: str, figures: Sequence[Figure]) -> str:
    return "\n".join(
        [
            f"## {part.title}",
            "",
            f'`make bench ARGS="{name}"` on {date.today():%Y-%m-%d}, at {machine()}',  # noqa: DTZ011  # the day of the report
            "",
            "| work | measured | budget | remark |",
            "| --- | --- | --- | --- |",
            *(f"| {' | '.join(figure)} |" for figure in figures),
        ]
    )


def machine() -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pyarrow", "django"))
    return (
        f"{commit}: {os.cpu_count()} cores, {memory} GB, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}; yardstick {yardstick():.2f} s."
    )


def yardstick() -> float:
    """Seconds of a fixed sum: a machine that is shared with others is not always as fast."""
    return min(timeit.repeat("sum(range(10_000_000))", number=1, repeat=5))


@dataclass(frozen=True)
class Part:
    """A part of the bench: its heading, and whether `make bench` measures it unasked."""

    title: str
    measure: Callable[[Path], Iterator[Figure]]
    usual: bool = True


PARTS = {
    "starts": Part("Starting", starts),
    "demo": Part("The demo", demo),
    "reconcile": Part("Comparing rosters", bench_matching.comparisons),
    "accuracy": Part("Who is who: beside other methods", bench_matching.accuracy),
    "peers": Part("Time beside other methods, 30,000 children", bench_matching.peers),
    "million": Part("Time beside other methods, a million children", bench_matching.million, False),
    "growth": Part("Growth to three million children", bench_matching.growth, False),
    "spark": Part("A million children on Spark", bench_matching.spark, False),
    "intake": Part("Receiving a workbook", intake),
    "register": Part("From a run into the register", register),
    "pages": Part("Pages over 300,000 children", pages),
}


if __name__ == "__main__":
    main()
