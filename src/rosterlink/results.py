"""The folder a run leaves behind: written whole or not at all, and read again to compare."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from rosterlink.kept import FOLDER

SUMMARY = "summary.json"
TABLES = (
    "links",
    "review",
    "out_of_school",
    "explained",
    "ghosts",
    "unregistered",
    "duplicates",
    "problems",
    "residents",
)
CHANGES = "changes"


class BadFolder(ValueError):
    """The folder cannot be written to or read from; the message is one Chinese sentence."""


def check_target(folder: Path) -> None:
    """Make sure before a long run that its results may be put there.

    A new folder, an empty one, or the results of an earlier run, which the new ones replace.

    Raises:
        BadFolder: something else is there, or the place cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise BadFolder(f"{folder} 是一个文件，请另给一个文件夹名。")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / SUMMARY).is_file():
        raise BadFolder(f"文件夹 {folder} 里有别的文件，为免覆盖没有动它；请换一个新文件夹。")
    existing = next(p for p in folder.absolute().parents if p.exists())
    if not os.access(existing, os.W_OK):
        raise BadFolder(f"不能写入 {existing}，请换一个有写权限的位置。")


def write(
    folder: Path,
    tables: Mapping[str, pa.Table],
    summary: Mapping[str, Any],  # Any: JSON
    kept: Path,
) -> None:
    """Write each table as .csv and the summary, and move there what the run kept.

    Whatever stood there is replaced at the end.
    """
    check_target(folder)
    with beside(folder) as unfinished:
        for name, table in tables.items():
            write_csv(table, unfinished / f"{name}.csv")
        text = json.dumps(summary, ensure_ascii=False, indent=2)
        (unfinished / SUMMARY).write_text(text + "\n", encoding="utf-8")
        if any(kept.iterdir()):
            kept.rename(unfinished / FOLDER)
        _put_in_place(unfinished, folder)


def write_csv(table: pa.Table, path: Path) -> None:
    """UTF-8 without BOM, plain heading line, one row a line."""
    pa.csv.write_csv(table, path, pa.csv.WriteOptions(quoting_header="none"))


def read(folder: Path) -> dict[str, pa.Table]:
    """Read the tables of an earlier run, every column as text.

    Raises:
        BadFolder: it is not the folder of a run, or its files are damaged.
    """
    if not (folder / SUMMARY).is_file():
        raise BadFolder(f"{folder} 不是 rosterlink 的结果文件夹（没有 {SUMMARY}）。")
    try:
        return {name: _read_text(folder / f"{name}.csv") for name in TABLES}
    except (OSError, pa.ArrowInvalid) as error:
        raise BadFolder(f"{folder} 的结果文件不全或已损坏，请重新比对一次。") from error


def _read_text(path: Path) -> pa.Table:
    with path.open(encoding="utf-8") as file:
        columns = file.readline().strip().split(",")
    types = dict.fromkeys(columns, pa.string())
    # A reason may be blank; a blank line is no row.
    options = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    return pa.csv.read_csv(path, convert_options=options, parse_options=parse)


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """Give a folder on the same disk, gone again if anything goes wrong."""
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    parent = folder.absolute().parent
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=parent))
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _put_in_place(unfinished: Path, folder: Path) -> None:
    unfinished.chmod(0o700)  # names of nobody, but who links to whom is nobody else's either
    if not folder.exists():
        unfinished.rename(folder)
        return
    earlier = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
    folder.rename(earlier)
    try:
        unfinished.rename(folder)
    except OSError:
        earlier.rename(folder)
        raise
    shutil.rmtree(earlier)
