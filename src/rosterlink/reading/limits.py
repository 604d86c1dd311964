"""How much of a file is taken in. What is beyond is refused, so memory and time stay bounded."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds; rows and columns of one sheet."""

    workbook_bytes: int = 100 * MEBIBYTE
    unpacked_bytes: int = 700 * MEBIBYTE  # 300,000 rows of 21 columns unpack to about 450 MiB
    ratio: int = 100  # an honest sheet packs to a tenth; asked only of a workbook above 32 MiB
    entries: int = 2_000
    sheets: int = 300
    rows: int = 1_000_000
    columns: int = 500
    cells: int = 12_000_000  # rows times columns, as the reader lays them out
    memory_bytes: int = 1536 * MEBIBYTE  # of the child
    seconds: int = 60  # of the child
    text_bytes: int = 512 * MEBIBYTE  # .csv
    table_bytes: int = 4096 * MEBIBYTE  # .parquet, unpacked
    table_rows: int = 20_000_000


LIMITS = Limits()
