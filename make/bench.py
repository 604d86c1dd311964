"""Times the matching, the intake and the pages, and writes docs/benchmarks.md.

    make bench                     on made-up rosters
    make bench ROSTERS=folder      the comparison on rosters of one's own as well

What is timed is what a person waits for: whole processes, cold, with their memory. The figures
hold for the machine and the versions that stand beside them.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "benchmarks.md"
ON = "2026-09-01"
SIDES = {
    "police_hukou": "residents",
    "police_floating": "residents",
    "school_roll": "roll",
    "elsewhere_roll": "roll-elsewhere",
    "deferral": "deferrals",
    "deaths": "deaths",
    "border_exits": "exits",
    "disabled_cert": "disabled",
    "poverty": "poverty",
    "left_behind": "left-behind",
    "vaccination": "vaccination",
    "kindergarten_leavers": "kindergarten",
}
LONGEST_START = 60
Figure = tuple[str, str, str, str]  # what, measured, budget, remark


def main() -> None:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in (starts, demo, comparisons, intake, register, pages):
            for figure in part(folder):
                print(*figure, sep=" | ", file=sys.stderr, flush=True)
                figures.append(figure)
    REPORT.write_text(report(figures), encoding="utf-8")
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


def comparisons(folder: Path) -> Iterator[Figure]:
    from rosterlink import synthetic

    for children, kind, budget in ((30_000, "parquet", "≤ 5 s"), (3_000, "xlsx", "≤ 4 s")):
        place = folder / f"{children}-{kind}"
        place.mkdir()
        made = synthetic.make(children, seed=1, on=date.fromisoformat(ON))
        synthetic.write(made, place, kind)
        words = f"`rosterlink reconcile`, {children:,} children, all rosters, .{kind}, cold"
        yield reconcile(place, kind, folder / f"out-{children}", words, budget)
    own = os.environ.get("ROSTERS", "")
    for kind in ("parquet", "xlsx") if own else ():
        if (Path(own) / f"school_roll.{kind}").exists():
            words = f"the same on the rosters of {Path(own).name}/, .{kind}, cold"
            yield reconcile(Path(own), kind, folder / f"out-own-{kind}", words, "—")


def reconcile(place: Path, kind: str, out: Path, words: str, budget: str) -> Figure:
    command = [bin_("rosterlink"), "reconcile", str(out), "--on", ON]
    for roster, side in SIDES.items():
        path = place / f"{roster}.{kind}"
        if path.exists():
            command += [f"--{side}", str(path)]
    seconds, megabytes = timed(command)
    counts = json.loads((out / "summary.json").read_text(encoding="utf-8"))["counts"]
    of = f"{counts['suspected']} of {counts['residents_of_school_age']:,} suspected"
    remark = f"{megabytes:,} MB; {of}"
    return words, f"{seconds:.1f} s", budget, remark


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


def timed(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> tuple[float, int]:
    """Run a command; return its seconds and the most memory of it or a child of its, in MB."""
    probe = (
        "import resource, subprocess, sys, time;"
        "began = time.perf_counter();"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode;"
        "took = time.perf_counter() - began;"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024;"
        "print(took, used); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, *command],
        env={**os.environ, **(environment or {})},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), int(megabytes)


def bin_(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def report(figures: Sequence[Figure]) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pyarrow", "django"))
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {date.today():%Y-%m-%d}, at {commit}: {os.cpu_count()} cores, "  # noqa: DTZ011  # the day of the report
        f"{memory} GB, {platform.system()}, Python {platform.python_version()}, {packages}.",
        "Made-up rosters (`rosterlink.synthetic`, seed 1) unless a line says otherwise.",
        "",
        "| work | measured | budget | remark |",
        "| --- | --- | --- | --- |",
        *(
            f"| {words} | {measured} | {budget} | {remark} |"
            for words, measured, budget, remark in figures
        ),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
