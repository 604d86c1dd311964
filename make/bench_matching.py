"""Times and scores the comparison beside its peers, each a cold process over the same rosters."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from operator import attrgetter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
from bench_figures import ON, ROOT, Figure, bin_, timed

from rosterlink import synthetic
from rosterlink.evaluate import (
    Score,
    decided_rightly,
    evaluate,
    read_truth,
    recall_by_fault,
    share_in_review,
)
from rosterlink.reading import LAYOUTS

PEERS = ("vlookup", "cleaned", "splink")
METHODS = {
    "vlookup": "VLOOKUP on the number",
    "cleaned": "cleaned number, else name + birth date",
    "splink": "Splink",
    "rosterlink": "**rosterlink**",
}
PEER_PYTHON = ROOT / "build" / "bench" / "bin" / "python"


@dataclass(frozen=True)
class Draw:
    """Made-up rosters of a seed, and what of them is not usual."""

    name: str
    seed: int
    how: Mapping[str, object] = field(default_factory=dict)
    methods: tuple[str, ...] = (*PEERS, "rosterlink")


HARD = {"faults": synthetic.HARD, "families": synthetic.HARD_FAMILIES}
WIDE = {"faults": synthetic.WIDE, "names": synthetic.SOUTH_COAST}
WIDE_HARD = {
    "faults": synthetic.WIDE_HARD,
    "families": synthetic.HARD_FAMILIES,
    "names": synthetic.NORTHWEST,
}
ALONE = ("rosterlink",)
# The later ones are fresh: nobody looked into them while the rules were made.
DRAWS = (
    Draw("usual", 1),
    Draw("hard", 2, HARD),
    Draw("wide", 3, WIDE),
    Draw("wide, hard", 4, WIDE_HARD),
    Draw("wide", 101, WIDE, ALONE),
    Draw("wide", 102, WIDE, ALONE),
    Draw("hard", 103, HARD, ALONE),
    Draw("hard", 104, HARD, ALONE),
)


@dataclass(frozen=True)
class Run:
    """What one method answered: how long, how much memory, where the answer lies."""

    method: str
    seconds: float
    megabytes: int
    out: Path


def comparisons(folder: Path) -> Iterator[Figure]:
    """What a person waits for: whole rosters in the two formats, cold."""
    for children, kind, budget in ((30_000, "parquet", "≤ 5 s"), (3_000, "xlsx", "≤ 4 s")):
        place = rosters(folder, children, kind=kind)
        words = f"`rosterlink reconcile`, {children:,} children, all rosters, .{kind}, cold"
        yield told(quickest(place, kind, folder / f"out-{children}"), words, budget)
    for own in own_rosters():
        for kind in ("parquet", "xlsx"):
            if (own / f"school_roll.{kind}").exists():
                words = f"the same on the rosters of {own.name}/, .{kind}, cold"
                yield told(quickest(own, kind, folder / f"out-{own.name}-{kind}"), words, "—")


def told(run: Run, words: str, budget: str) -> Figure:
    counts = json.loads((run.out / "summary.json").read_text(encoding="utf-8"))["counts"]
    of = f"{counts['suspected']} of {counts['residents_of_school_age']:,} suspected"
    return words, f"{run.seconds:.1f} s", budget, f"{run.megabytes:,} MB; {of}"


def accuracy(folder: Path) -> Iterator[Figure]:
    """How well each method finds who is who, and who is to be visited."""
    places = [
        (f"{d.name}, seed {d.seed}", rosters(folder, 30_000, seed=d.seed, **d.how), d.methods)
        for d in DRAWS
    ] + [(f"{own.name}/", own, DRAWS[0].methods) for own in own_rosters()]
    for words, place, methods in places:
        truth = read_truth(place)
        for method in methods:
            run = ran(method, place, folder / f"accuracy-{place.name}-{method}")
            found = evaluate(answer(run, truth), truth)
            lists = found.out_of_school
            yield (
                f"{words}: {METHODS[method]}",
                f"link F1 {found.links.f1:.4f}",
                BUDGETS.get(words, "—") if method == "rosterlink" else "—",
                f"{lists.false_alarms:,} listed by mistake, "
                f"{lists.missed} of {lists.expected} missed",
            )
            if method == "rosterlink":
                yield from trust(words, place, run, found.links, truth)


BUDGETS = {"usual, seed 1": "≥ 0.9997, ≤ 6, ≤ 1", "hard, seed 2": "≥ 0.9993, ≤ 20, ≤ 1"}


def trust(
    words: str, place: Path, run: Run, links: Score, truth: Mapping[str, pa.Table]
) -> Iterator[Figure]:
    """What the clerks who work with an answer may rely on, and what is left to them."""
    hard = "hard" in words
    wrong = links.given - links.right
    yield (
        f"{words}: links called sure",
        f"{wrong} of {links.given:,} wrong, {links.recall:.2%} of the true ones sure",
        f"≤ 1 in {4_000 if hard else 10_000:,}, ≥ 99.5 %",
        "",
    )
    review, rows = read_csv(run.out / "review.csv"), truth["rows"]
    decisions = run.out.with_suffix(".decisions.csv")
    pa.csv.write_csv(decided_rightly(review, rows), decisions)
    decided = rosterlink(
        place, "parquet", run.out.with_suffix(".decided"), "--decisions", str(decisions)
    )
    after = evaluate(answer(decided, truth), truth).links.f1
    yield (
        f"{words}: left to a clerk, who decides rightly",
        f"{share_in_review(review, rows):.2%} of the roll rows, then link F1 {after:.5f}",
        "≤ 0.6 %, ≥ 0.9997" if hard else "≤ 0.3 %, ≥ 0.9999",
        "",
    )
    kinds = recall_by_fault(answer(run, truth)["links"], rows, truth["faults"])
    often = {kind: recall for kind, (rows, recall) in kinds.items() if rows >= 30}
    below = {kind: recall for kind, recall in often.items() if recall < 0.98}
    yield (
        f"{words}: recall by kind of fault, {len(often)} kinds with 30 rows or more",
        f"lowest {min(often.values()):.3f}",
        "—" if hard else "≥ 0.98 each",
        ", ".join(f"{kind} {recall:.3f} of {kinds[kind][0]}" for kind, recall in below.items()),
    )


def peers(folder: Path) -> Iterator[Figure]:
    yield from beside_peers(rosters(folder, 30_000), "30,000 children", folder, 0.5, "< 600 MB")


def million(folder: Path) -> Iterator[Figure]:
    began = timed([sys.executable, "-c", MAKE, str(folder / "million"), "1000000", "1"], in_src())
    words = "a million children made up and written, all rosters"
    yield words, f"{began[0]:.0f} s", "≤ 60 s", f"{began[1]:,} MB"
    yield from beside_peers(folder / "million", "1,000,000 children", folder, 1.0, "< 4,000 MB")


def beside_peers(
    place: Path, words: str, folder: Path, share: float, memory: str
) -> Iterator[Figure]:
    """Time each method in the same run; a time means something only beside another."""
    truth = read_truth(place)
    runs = {
        method: ran(method, place, folder / f"{place.name}-{method}")
        for method in ("hash_join", *PEERS, "rosterlink")
    }
    of_splink = runs["splink"]
    for method, run in runs.items():
        ratio = f"{run.seconds / of_splink.seconds:.2f} of Splink's time"
        ratio += f", {run.megabytes / of_splink.megabytes:.2f} of its memory"
        if method == "hash_join":
            name, score = "bare hash join of two columns of numbers, as the limit", ""
        else:
            name = METHODS[method]
            score = f"; link F1 {evaluate(answer(run, truth), truth).links.f1:.4f}"
        budget = f"≤ {share} of Splink's time, {memory}" if method == "rosterlink" else "—"
        measured = f"{run.seconds:.1f} s, {run.megabytes:,} MB"
        yield f"{words}: {name}", measured, budget, ratio + score


def growth(folder: Path) -> Iterator[Figure]:
    """From 300,000 to 3,000,000 children: the exponent of the time."""
    runs = []
    for children in (300_000, 3_000_000):
        place = folder / f"growth-{children}"
        command = [sys.executable, "-c", MAKE, str(place), str(children), "1"]
        timed(command, in_src())
        run = rosterlink(place, "parquet", folder / f"out-{children}")
        yield f"{children:,} children", f"{run.seconds:.0f} s", "—", f"{run.megabytes:,} MB"
        runs.append(run)
    exponent = math.log10(runs[1].seconds / runs[0].seconds)
    yield "growth of the time, as a power of the children", f"{exponent:.2f}", "≤ 1.1", ""


def spark(folder: Path) -> Iterator[Figure]:
    """A million children on Spark in local mode; the lists are compared byte by byte."""
    place = rosters(folder, 1_000_000)
    plain = rosterlink(place, "parquet", folder / "out-duckdb")
    on_spark = rosterlink(
        place, "parquet", folder / "out-spark", "--engine", "spark", "--master", "local[2]"
    )
    same = all(
        path.read_bytes() == (on_spark.out / path.name).read_bytes()
        for path in plain.out.glob("*.csv")
    )
    yield (
        "1,000,000 children on Spark, local[2]",
        f"{on_spark.seconds:.0f} s",
        "—",
        f"{on_spark.megabytes:,} MB; {on_spark.seconds / plain.seconds:.1f} times DuckDB's time; "
        + ("the same answer" if same else "**another answer**"),
    )


def rosters(
    folder: Path, children: int, *, seed: int = 1, kind: str = "parquet", **how: object
) -> Path:
    """Make rosters up, once a run of the bench."""
    place = folder / f"{children}-{seed}-{kind}"
    if not place.exists():
        made = synthetic.make(children, seed=seed, on=date.fromisoformat(ON), **how)  # type: ignore[arg-type]  # as DRAWS has it
        synthetic.write(made, place, kind)
    return place


def own_rosters() -> list[Path]:
    """Return the folders named by ROSTERS, with a colon between them."""
    return [Path(name) for name in os.environ.get("ROSTERS", "").split(":") if name]


def ran(method: str, place: Path, out: Path) -> Run:
    if method == "rosterlink":
        return rosterlink(place, "parquet", out)
    script = str(ROOT / "make" / "bench_peers.py")
    python = str(PEER_PYTHON) if method == "splink" else sys.executable
    return Run(method, *timed([python, script, method, str(place), str(out)]), out)


def rosterlink(place: Path, kind: str, out: Path, *options: str) -> Run:
    command = [bin_("rosterlink"), "reconcile", str(out), "--on", ON, *options]
    for roster, layout in LAYOUTS.items():
        path = place / f"{roster}.{kind}"
        if path.exists():
            command += [f"--{layout.side}", str(path)]
    return Run("rosterlink", *timed(command), out)


def quickest(place: Path, kind: str, out: Path) -> Run:
    """The quickest of three cold runs: the others waited for somebody else on the machine."""
    runs = (rosterlink(place, kind, Path(f"{out}-{n}")) for n in range(3))
    return min(runs, key=attrgetter("seconds"))


def answer(run: Run, truth: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the links and lists of a run; Splink's are cut where its link F1 is best.

    A peer knows no ghosts and no duplicates; it is not asked for them.
    """
    if run.method == "rosterlink":
        names = ("links", "out_of_school", "ghosts", "duplicates")
        return {n: read_csv(run.out / f"{n}.csv") for n in names}
    links = duckdb.read_parquet(str(run.out / "links.parquet"))
    cut = best_cut(links, truth["rows"]) if run.method == "splink" else -math.inf
    kept = duckdb.sql("from links where weight >= $cut", params={"cut": cut})
    listed = duckdb.sql(
        f"""
        with found as (
            select child from kept join '{run.out}/residents.parquet' on row_id = left_row_id
            where right_row_id in (select row_id from '{run.out}/places.parquet')
        )
        select min(row_id) as row_id from '{run.out}/residents.parquet'
        where child not in (from found) group by child
        """
    )
    nothing = {"ghosts": ("row_id",), "duplicates": ("row_id_a", "row_id_b")}
    return {
        "links": kept.to_arrow_table(),
        "out_of_school": listed.to_arrow_table(),
        **{n: pa.table({c: pa.array([], pa.string()) for c in cs}) for n, cs in nothing.items()},
    }


def best_cut(links: duckdb.DuckDBPyRelation, rows: pa.Table) -> float:
    """Return the weight at which to cut for the best link F1, with the truth in hand."""
    ranked = duckdb.sql(
        """
        with pairs as (
            select weight, l.person_id = r.person_id as same
            from links join rows l on l.row_id = left_row_id join rows r on r.row_id = right_row_id
            where r.roster = 'school_roll'
        ), wanted as (
            select count(*) as n from rows l join rows r using (person_id)
            where l.roster in ('police_hukou', 'police_floating') and r.roster = 'school_roll'
        )
        select weight, 2 * sum(same::int) over w / (count(*) over w + n) as f1
        from pairs, wanted window w as (order by weight desc) order by f1 desc, weight limit 1
        """
    )
    return float(ranked.fetchall()[0][0])


@cache
def in_src() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT / "src")}


def read_csv(path: Path) -> pa.Table:
    return duckdb.read_csv(str(path), all_varchar=True).to_arrow_table()


MAKE = f"""
import sys
from datetime import date
from pathlib import Path
from rosterlink import synthetic
folder, children, seed = sys.argv[1:]
made = synthetic.make(int(children), seed=int(seed), on=date.fromisoformat("{ON}"))
synthetic.write(made, Path(folder), "parquet")
"""
