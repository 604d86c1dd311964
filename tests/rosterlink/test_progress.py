"""The bar moves on a terminal, never back, and nothing is written anywhere else."""

import re
from io import StringIO

from rosterlink.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: StringIO) -> str:
    with Progress(stream) as progress:
        for name in ("户籍.xlsx", "学籍.xlsx"):
            progress.read_one_of(2, name)
        for done in range(5):
            progress.comparing(done, 4, "逐人比对")
    return stream.getvalue()


def test_a_terminal_sees_a_bar_that_ends_at_the_whole() -> None:
    shares = [int(share) for share in re.findall(r"(\d+)%", run(Terminal()))]
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == 100


def test_the_line_is_wiped_at_the_end() -> None:
    assert run(Terminal()).endswith("\r\x1b[K")


def test_a_file_or_pipe_gets_nothing() -> None:
    assert run(StringIO()) == ""
