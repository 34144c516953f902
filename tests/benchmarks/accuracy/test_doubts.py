"""Doubts and remedies are fitted as they are used, on what is kept in files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy.doubts import Told, fit, fit_remedies, read, table, to_json
from benchmarks.accuracy.unsure import Asked, Tried
from runtime.analysis import Question
from runtime.decode.doubts import chances
from runtime.decode.remedies import FEATURES as OF_REMEDIES
from train.onsets.designed import DESIGNED

FEWEST = 3


def asked(
    k: int, features: dict[str, float], *, pulse: bool, bar: bool | None, metre: bool | None = False,
    tried: tuple[Tried, ...] = (),
) -> Asked:  # fmt: skip
    wrong: dict[Question, bool | None] = {"pulse": pulse, "metre": metre, "bar": bar}
    return Asked(f"p{k}", "asap", ("corpus/asap",), "best", features, wrong, (0.5, 0.5), tried)


def rows(n_metres: int) -> list[Asked]:
    """Unsure beats are wrong, uneven bars begin elsewhere, and the metre is wrong where places in the bar are unsure,
    `n_metres` times; half as many beats help where beats are strong and weak in turn."""
    rng, out = np.random.default_rng(0), []
    for k in range(80):
        pulse, bar, metre = k % 4 == 0, k % 4 == 1 and k % 8 < 4, k % 4 == 2 and k // 4 < n_metres
        features = {
            "sure": (0.0 if pulse else 3.0) + rng.normal(0, 0.8), "jumps": rng.uniform(0, 0.02),
            "uneven": (0.6 if bar else 0.1) + rng.normal(0, 0.05), "sure_bars": (0.0 if metre else 2.0),
        }  # fmt: skip
        helps = k % 8 == 0
        speaks = dict.fromkeys(OF_REMEDIES["half"], 0.0) | {"in_turn": 2.0 * helps + rng.normal(0, 0.3)}
        tried = (Tried("pulse", "half", speaks, 0.3 if helps else -0.3), Tried("pulse", "half", speaks, 0.0))
        out.append(asked(k, features, pulse=pulse, bar=None if pulse else bar, metre=None if pulse else metre,
                         tried=tried))  # fmt: skip
    return out


def test_what_is_told_of_the_rows_that_were_learned_from_is_mostly_wrong() -> None:
    learned = rows(n_metres=8)
    weights = fit(learned)
    for question in ("pulse", "metre", "bar"):
        told = [r for r in learned if chances(r.features, weights)[question] >= weights[f"doubt_{question}_least"]]
        right_pulse = [r for r in told if r.wrong[question] is not None]
        assert len(right_pulse) >= FEWEST and np.mean([bool(r.wrong[question]) for r in right_pulse]) >= 0.7


@pytest.mark.parametrize(("n_metres", "is_told"), [(1, False), (2, False), (8, True)])
def test_no_chance_is_taken_from_fewer_than_three_cases(n_metres: int, is_told: bool) -> None:
    assert (fit(rows(n_metres))["doubt_metre_least"] < 1) == is_told


def test_what_designed_players_played_counts_only_where_people_played_too_little() -> None:
    told = [fit([replace(r, sources=(s,)) for r in rows(n_metres=8)]) for s in ("corpus/asap", DESIGNED)]
    assert told[0] == told[1]
    designed = [replace(r, sources=(DESIGNED,), piece=f"d{r.piece}") for r in rows(n_metres=8)]
    by_people = rows(n_metres=2)
    assert fit(by_people)["doubt_metre_least"] == 1 > fit([*by_people, *designed])["doubt_metre_least"]


def test_a_remedy_is_proposed_where_it_helps() -> None:
    weights = fit_remedies(rows(n_metres=0))
    assert weights["remedy_half_in_turn"] > 0 and 0.1 < weights["remedy_half_least"] < 1
    without = [replace(r, tried=tuple(replace(t, gain=-abs(t.gain)) for t in r.tried)) for r in rows(n_metres=0)]
    assert fit_remedies(without)["remedy_half_least"] == 1.0


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "asked.json").write_text(to_json(rows(n_metres=2)))
    assert read(tmp_path / "asked.json") == rows(n_metres=2)


def test_the_table_counts_alarms_and_tells_what_was_proposed_from_what_was_asked_for() -> None:
    features = {"sure": 0.0}
    said: tuple[tuple[bool, bool | None, bool], ...] = ((True, True, True), (True, True, False), (True, None, True),
                                                        (False, True, False), (False, None, False))  # fmt: skip
    cases = []
    for k, (wrong, told, at_once) in enumerate(said):
        after: dict[Question, tuple[float, float]] = {"pulse": (0.75 if at_once else 0.9, 0.5)} if told else {}
        cases.append(Told(asked(k, features, pulse=wrong, bar=None, metre=None), {"pulse": at_once}, after))
    assert "| the beats are others | best | 5 | 3 | 2 | 1 | 1 | 0.50 → 0.75 (1 better, 0 worse of 1) " \
        "| 0.50 → 0.90 (2 better, 0 worse of 2) |" in table(cases)  # fmt: skip
