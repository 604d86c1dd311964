"""What reading gives back: a table and its problems, or a refusal in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_MARKED_AT_MOST = 20_000  # openpyxl holds a whole workbook: 45 s for 300,000 rows
CELLS_COPIED_AT_MOST = 3_000_000  # written row by row, in constant memory: about 20 s


class Unreadable(ValueError):
    """The file cannot be taken in; the message is one Chinese sentence for the officer."""


class HeadingsMissing(Unreadable):
    """A heading that is needed was not found, or was found twice; the clerk can map by hand.

    `groups` are the needs that are not met, each a group of fields of which one would do, and
    `looked_for` the headings of each of those fields; `twice` the headings that claim one field.
    """

    def __init__(
        self,
        sheet: str,
        seen: Sequence[str],
        groups: Sequence[Sequence[str]],
        looked_for: Mapping[str, Sequence[str]],
        twice: Mapping[str, Sequence[str]],
    ) -> None:
        self.sheet = sheet
        self.seen = tuple(seen)
        self.groups = tuple(tuple(group) for group in groups)
        self.looked_for = {field: tuple(headings) for field, headings in looked_for.items()}
        self.twice = {field: tuple(headings) for field, headings in twice.items()}
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        where = f"工作表“{self.sheet}”" if self.sheet else "文件"
        wrong = [f"缺少表头{'或'.join(map(self._named, group))}" for group in self.groups]
        wrong += [f"“{'”和“'.join(headings)}”含义重复" for headings in self.twice.values()]
        seen = "、".join(self.seen[:40]) or "无"
        return f"{where}{'；'.join(wrong)}。看到的表头：{seen}。请改表头，或手工指定对应的列。"

    def _named(self, field: str) -> str:
        usual, *others = self.looked_for[field]
        return f"“{usual}”（也可写作{'、'.join(others[:4])}等）"


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong cell, by its place; what the cell says is never repeated.

    `row` and `column` count from 1 as the spreadsheet does; column 0 means the whole row.
    """

    file: str
    sheet: str
    row: int
    column: int
    heading: str
    problem: str

    def __str__(self) -> str:
        sheet = f"“{self.sheet}”" if self.sheet else ""
        heading = f"【{self.heading}】" if self.heading else ""
        return f"{self.file}{sheet}第 {self.row} 行{heading}{self.problem}"


@dataclass(frozen=True, slots=True)
class SheetRead:
    """A sheet that was taken in: its name ("" in a text file), last heading row, rows kept."""

    name: str
    heading_row: int
    rows: int


@dataclass(frozen=True)
class Reading:
    """One file, read.

    `problems` holds only the first ones, `problem_count` counts all and `problem_counts` by
    sentence. `skipped` says, in Chinese, what of the file was not taken in.
    """

    roster: str
    path: Path
    table: pa.Table
    problems: tuple[Problem, ...]
    problem_count: int
    problem_counts: Mapping[str, int]
    sheets: tuple[SheetRead, ...]
    skipped: tuple[str, ...]
    headings: tuple[str, ...]
    mapping: Mapping[str, str]
    sha256: str

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)


@dataclass(frozen=True, slots=True)
class SheetLook:
    """A sheet as seen before anything is decided."""

    name: str
    hidden: bool
    rows: int
    heading_row: int
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """Which roster a file may be; the score is from 0 to 1."""

    roster: str
    score: float


@dataclass(frozen=True)
class Look:
    """What `look` saw: the sheets and, best first, the rosters it may be."""

    path: Path
    sheets: tuple[SheetLook, ...]
    guesses: tuple[Guess, ...]


class Marked(Enum):
    """What comes back to the sender."""

    ORIGINAL = auto()  # the workbook itself, its looks kept
    COPY = auto()  # a new workbook of the same sheets and cells
    LIST = auto()  # the problems alone, one a row


def way_of(suffix: str, rows: int, columns: int) -> Marked:
    """Return how a file of so many cells comes back marked."""
    if suffix.lower() == ".xlsx" and rows <= ROWS_MARKED_AT_MOST:
        return Marked.ORIGINAL
    return Marked.COPY if rows * max(columns, 1) <= CELLS_COPIED_AT_MOST else Marked.LIST
