"""The needs of a round as arrays, one entry a need, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from brokering.domain.matching import Need
from brokering.domain.values import SubjectKind
from brokering.solver.problem import Ints

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
UNKNOWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class NeedColumns:
    """The needs as arrays, in their order."""

    vectors: Floats
    placed: Mask
    half_days: Ints
    phase: Ints
    school_type: Ints
    trust_level: Mask
    part: Ints
    region: Ints
    pupils: Ints
    quintile: Ints
    areas: npt.NDArray[np.int64]
    area_count: Ints
    phase_names: tuple[str | None, ...]
    type_codes: tuple[str | None, ...]
    region_codes: dict[str, int]
    area_codes: dict[str, int]
    by_subject: dict[str, Ints]
    by_key: dict[str, list[int]]
    part_codes: dict[str, int]


def need_columns(needs: Sequence[Need]) -> NeedColumns:
    """Lay needs out as arrays."""
    phases = _codes(need.phase for need in needs)
    types = _codes(need.type_code for need in needs)
    regions = _codes(need.region for need in needs)
    parts = _codes(need.part for need in needs)
    areas = {area: number for number, area in enumerate(sorted({a for need in needs for a in need.areas}))}
    return NeedColumns(
        vectors=np.array([need.place.vector if need.place else (0.0, 0.0, 0.0) for need in needs], float).reshape(
            -1, 3
        ),
        placed=np.array([need.place is not None for need in needs], bool),
        half_days=np.array([need.half_days for need in needs], np.int64),
        phase=_coded((need.phase for need in needs), phases),
        school_type=_coded((need.type_code for need in needs), types),
        trust_level=np.array([need.subject_kind == SubjectKind.TRUST for need in needs], bool),
        part=_coded((need.part for need in needs), parts),
        region=_coded((need.region for need in needs), regions),
        pupils=_known(need.pupils for need in needs),
        quintile=_known(need.idaci_quintile for need in needs),
        areas=np.array([sum(1 << areas[area] for area in need.areas) for need in needs], np.int64),
        area_count=np.array([len(need.areas) for need in needs], np.int64),
        phase_names=tuple(phases),
        type_codes=tuple(types),
        region_codes=regions,
        area_codes=areas,
        by_subject=_by_subject(needs),
        by_key=numbers_by(need.key for need in needs),
        part_codes=parts,
    )


def numbers_by(names: Iterable[str]) -> dict[str, list[int]]:
    """Return the numbers of the needs of each name: two where support is split."""
    found: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        found.setdefault(name, []).append(number)
    return found


def _by_subject(needs: Sequence[Need]) -> dict[str, Ints]:
    found: dict[str, list[int]] = {}
    for number, need in enumerate(needs):
        for key in need.subject_keys:
            found.setdefault(key, []).append(number)
    return {key: np.array(numbers, np.int64) for key, numbers in found.items()}


def _codes(values: Iterable[str | None]) -> dict[str, int]:
    return {value: code for code, value in enumerate(sorted({value for value in values if value is not None}))}


def _coded(values: Iterable[str | None], codes: dict[str, int]) -> Ints:
    """Return each value's code; the code after the last stands for unknown."""
    return np.array([len(codes) if value is None else codes[value] for value in values], np.int64)


def _known(values: Iterable[int | None]) -> Ints:
    return np.array([UNKNOWN if value is None else value for value in values], np.int64)
