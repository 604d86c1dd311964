"""A plain progress bar on a terminal, and nothing anywhere else."""

from threading import Lock
from types import TracebackType
from typing import Self, TextIO

WIDTH = 30
READING = 0.4  # how much of the bar reading takes; comparing takes the rest


class Progress:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None
        self._lock = Lock()
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def read_one_of(self, files: int, name: str) -> None:
        with self._lock:
            self._read += 1
            self._show(READING * self._read / files, f"已读 {name}")

    def comparing(self, done: int, total: int, sentence: str) -> None:
        with self._lock:
            self._show(READING + (1 - READING) * done / max(total, 1), sentence)

    def _show(self, share: float, words: str) -> None:
        if not self._stream:
            return
        full = round(WIDTH * min(share, 1.0))
        bar = "█" * full + "·" * (WIDTH - full)
        self._stream.write(f"\r\x1b[K{bar} {share:4.0%} {words}")
        self._stream.flush()
