"""Addresses as they are compared, in Python and in SQL."""

import duckdb
import pytest

from rosterlink import addresses
from rosterlink.addresses import Address

HOMES = {
    "云州省澄海市望湖街道前洋社区居委会滨江路186号19幢703室": Address(
        "滨江路186", "19-703", "前洋"
    ),
    "滨江路186号19-703": Address("滨江路186", "19-703", ""),
    "前洋社区居委会19号楼703": Address("", "19-703", "前洋"),
    "望湖街道滨江路186号19栋2单元703": Address("滨江路186", "19-703", ""),
    "前凤村委会": Address("", "", "前凤"),
    "": Address("", "", ""),
}


@pytest.mark.parametrize(("text", "address"), HOMES.items(), ids=str)
def test_an_address_is_read_from_coarse_and_fine(text, address):
    assert addresses.read(text) == address


@pytest.mark.parametrize("text", HOMES)
@pytest.mark.parametrize("pattern", [addresses.STREET, addresses.DOOR])
def test_the_patterns_mean_the_same_to_duckdb(text, pattern):
    import re

    found = re.search(pattern, text)
    [(one, two)] = duckdb.execute(
        "select regexp_extract(?, ?, 1), regexp_extract(?, ?, 2)", [text, pattern, text, pattern]
    ).fetchall()
    assert (one, two) == (found.groups() if found else ("", ""))
