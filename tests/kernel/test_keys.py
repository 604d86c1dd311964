"""Keys as they stand in addresses and forms."""

from __future__ import annotations

from uuid import UUID

import pytest

from oosc.kernel.keys import key_in

KEY = UUID("0190e4a2-7c3b-7def-8a11-3f2b5c6d7e8f")


@pytest.mark.parametrize("text", [str(KEY), KEY.hex, f"{{{KEY}}}"])
def test_a_key_in_any_of_its_ways_of_writing(text):
    assert key_in(text) == KEY


@pytest.mark.parametrize("text", ["", "x", "\x00", "0190e4a2", f"{KEY}0", "林小雨"])
def test_anything_else_is_none(text):
    assert key_in(text) is None
