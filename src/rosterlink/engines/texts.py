"""Names and birth dates as columns: each distinct text is read once.

What a text says is defined by `names` and `birth_dates`. Names of Chinese characters alone, which
are nearly all, are read here all together, character by character; the tests hold the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink import birth_dates, names

_HAN = r"^[\x{4e00}-\x{9fff}]+$"
_CODES = 1 << 16  # all of them have three bytes in UTF-8
_COMPOUND = np.array(
    [ord(surname[0]) * _CODES + ord(surname[1]) for surname in names.COMPOUND_SURNAMES], np.int64
)

Codes = npt.NDArray[np.int64]


def name_forms(texts: pa.Array) -> pa.Table:
    """Return `text`, `name` and the other fields of `names.Name` for each text."""
    whole, others = _in_characters(texts)
    read = [names.read(text) for text in others.to_pylist()]
    forms = {f.name: [getattr(one, f.name) for one in read] for f in fields(names.Name)}
    forms["name"] = forms.pop("plain")
    kinds = {"latin": pa.bool_()}
    one_by_one = {"text": others} | {
        column: pa.array(values, kinds.get(column, pa.string())) for column, values in forms.items()
    }
    together = pa.table({"text": whole.texts, **whole.forms()})
    return pa.concat_tables([together, pa.table(one_by_one).select(together.column_names)])


def spellings(texts: pa.Array) -> pa.Table:
    """Return `text` and its `plain` spelling for each text."""
    whole, others = _in_characters(texts)
    read = pa.array([names.plain(text) for text in others.to_pylist()], pa.string())
    return pa.table(
        {
            "text": pa.chunked_array([whole.texts, others]),
            "plain": pa.chunked_array([whole.spelt(), read]),
        }
    )


def births(texts: pa.Array) -> pa.Table:
    """Return `text`, its `birth` date and that of the farmers' calendar for each text."""
    read = [birth_dates.comparable_birth_date(text) for text in texts.to_pylist()]
    lunar = {birth: birth_dates.lunar(birth) for birth in set(read)}
    columns = {"birth": read, "lunar": [lunar[birth] for birth in read]}
    return pa.table({"text": texts, **{c: pa.array(v, pa.string()) for c, v in columns.items()}})


@dataclass(frozen=True)
class _InCharacters:
    """Names of Chinese characters alone; `codes` as they are compared, one behind the other."""

    texts: pa.Array
    starts: Codes  # of each name in `codes`, and the end of the last
    codes: Codes

    def spelt(self) -> pa.Array:
        code = self.codes
        utf8 = np.stack([0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F], axis=1)
        buffers = [(3 * self.starts).astype(np.int32), utf8.astype(np.uint8)]
        return pa.Array.from_buffers(
            pa.string(), len(self.texts), [None, *map(pa.py_buffer, buffers)]
        )

    def forms(self) -> dict[str, pa.Array]:
        """Return what `names.read` says of each, by its fields."""
        name = self.spelt()
        compound = pa.array(self._compound())
        surname, given = (
            pc.if_else(
                compound, pc.utf8_slice_codeunits(name, *two), pc.utf8_slice_codeunits(name, *one)
            )
            for one, two in (((0, 1), (0, 2)), ((1,), (2,)))
        )
        syllables, which = self._read()
        return {
            "name": name,
            "turned": name,
            "sound": self._joined(syllables, which, " "),
            "near": self._joined([*map(names.near, syllables)], which, " "),
            "letters": self._joined([one.upper() for one in syllables], which, ""),
            "surname": surname,
            "given": given,
            "latin": pa.repeat(pa.scalar(False), len(name)),
        }

    def _compound(self) -> npt.NDArray[np.bool_]:
        """Whether a surname has two characters, as `names.split` has it."""
        first = self.starts[:-1]
        second = np.minimum(first + 1, len(self.codes) - 1)
        known = np.isin(self.codes[first] * _CODES + self.codes[second], _COMPOUND)
        return np.asarray(known & (np.diff(self.starts) > 2))

    def _read(self) -> tuple[list[str], Codes]:
        """Return some syllables, and which of them each character is read as."""
        characters, which = _distinct(self.codes)
        syllables = [*map(names.syllable_of, characters)]
        as_surname = np.arange(len(characters))
        for at, character in enumerate(characters):
            if character in names.SURNAME_READINGS:
                as_surname[at] = len(syllables)
                syllables.append(names.SURNAME_READINGS[character])
        first = self.starts[:-1][~self._compound()]
        which[first] = as_surname[which[first]]
        return syllables, which

    def _joined(self, words: list[str], which: Codes, between: str) -> pa.Array:
        """Join the words of the characters of each name."""
        each = pa.array(words, pa.string()).take(pa.array(which))
        starts = pa.array(self.starts, pa.int32())
        return pc.binary_join(pa.ListArray.from_arrays(starts, each), between)


def _in_characters(texts: pa.Array) -> tuple[_InCharacters, pa.Array]:
    """Part the names that can be read by the character from all other texts."""
    han = pc.match_substring_regex(texts, _HAN)
    whole, others = texts.filter(han), texts.filter(pc.invert(han))
    starts, codes = _decoded(whole)
    characters, which = _distinct(codes)
    codes = np.array([*map(_plain_code, characters)], np.int64)[which]
    odd = np.zeros(len(whole), bool)
    odd[np.repeat(np.arange(len(whole)), np.diff(starts))[codes == 0]] = True
    codes = codes[np.repeat(~odd, np.diff(starts))]
    starts = np.r_[0, np.cumsum(np.diff(starts)[~odd])]
    others = pa.concat_arrays([others, whole.filter(pa.array(odd))])
    return _InCharacters(whole.filter(pa.array(~odd)), starts, codes), others


def _plain_code(character: str) -> int:
    """Return the character that is compared; 0 where it is none of the same kind."""
    plain = names.plain_character(character)
    return ord(plain) if len(plain) == 1 and 0x4E00 <= ord(plain) <= 0x9FFF else 0


def _decoded(texts: pa.Array) -> tuple[Codes, Codes]:
    """Return where each text begins, and all characters, one behind the other."""
    if not len(texts):
        return np.zeros(1, np.int64), np.empty(0, np.int64)
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset :][: len(texts) + 1].astype(np.int64)
    utf8 = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]].reshape(-1, 3).astype(np.int64)
    codes = (utf8[:, 0] & 0xF) << 12 | (utf8[:, 1] & 0x3F) << 6 | utf8[:, 2] & 0x3F
    return (ends - ends[0]) // 3, codes


def _distinct(codes: Codes) -> tuple[list[str], Codes]:
    """Return the different characters, and which of them each code is."""
    there = np.bincount(codes, minlength=_CODES) > 0
    return [*map(chr, np.flatnonzero(there))], (np.cumsum(there) - 1)[codes]
