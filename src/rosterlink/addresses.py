"""Addresses as they are compared: the street with its number, and the door behind it.

Rosters write one home coarsely or finely, with or without province and street office:
"福建省…街道…社区居委会滨江路186号19幢703室", "滨江路186号19-703", "…社区居委会19号楼703".
What stays is the tail: building and room. Both patterns are read alike by Python and by DuckDB.
"""

import re
from dataclasses import dataclass

# One house in a street or village: 滨江路186号, 解放西巷12号之3 (the number alone is kept).
STREET = r"([^省市县区旗镇乡村会委街道社]{1,8}(?:路|街|道|巷|弄|里|胡同|大道))(\d+)(?:号|號)"
# The door: 19幢703室, 19号楼703, 19栋2单元703, 19-703, 19-2-703.
DOOR = (
    r"(\d+)(?:幢|栋|棟|座|号楼|號樓|楼|-)(?:(?:\d+|[A-Z])(?:单元|單元|门|-|梯))?"
    r"(?:\d+(?:层|F))?(\d+)(?:室|房|号|户)?$"
)
# The village or neighbourhood: what stands before 村委会, 社区居委会, 居委会, 社区, 村.
COMMUNITY = (
    r"([^省市县区镇乡街道]{1,6}?)(?:社区居委会|社区居民委员会|村民委员会|村委会|居委会|社区)"
)


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""  # 滨江路186
    door: str = ""  # 19-703
    community: str = ""  # 前洋


def read(text: str) -> Address:
    """Return what of an address is compared; empty parts where it does not say."""
    value = text.replace(" ", "")
    street = re.search(STREET, value)
    door = re.search(DOOR, value)
    return Address(
        street=street[1] + street[2] if street else "",
        door=f"{door[1]}-{door[2]}" if door else "",
        community=community(value),
    )


def community(text: str) -> str:
    """Return the bare name of the village or neighbourhood: 前洋社区居委会 is 前洋."""
    found = re.search(COMMUNITY, text.replace(" ", ""))
    return found[1] if found else ""
