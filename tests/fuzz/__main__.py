"""Fuzzing guided by coverage: ``python -m tests.fuzz [TARGET …] [--seconds S] [--rounds N] [--work DIR]`` (atheris).

Each target runs in a process of its own with the corpus in ``DIR/TARGET``, which grows from run to run. Prints a table
of all runs so far in DIR (``DIR/totals.json``): inputs, processor seconds, edges and findings. It can be stopped at any
time; inputs that broke a promise lie in ``DIR/found`` and belong into tests/fuzz/found.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """Inputs tried, processor seconds, edges covered at last, and broken promises: of one run, or of all so far."""

    inputs: int = 0
    cpu_s: float = 0.0
    edges: int = 0
    broken: int = 0

    def and_then(self, later: Ran) -> Ran:
        """Both together."""
        return Ran(self.inputs + later.inputs, self.cpu_s + later.cpu_s, max(self.edges, later.edges),
                   self.broken + later.broken)  # fmt: skip


def fuzz_here(name: str, words: list[str]) -> None:
    """libFuzzer's loop, in this process; does not return."""
    import atheris

    with atheris.instrument_imports(include=["runtime", "bridge", "h11", "starlette"]):
        from tests.fuzz.targets import TARGETS

        for seed in TARGETS[name].seeds():  # what is imported late is imported now, and its coverage counted
            TARGETS[name].feed(seed)
    atheris.Setup([sys.argv[0], *words], TARGETS[name].feed)
    atheris.Fuzz()


def fuzz(name: str, seconds: int, work: Path) -> tuple[Ran, list[str]]:
    """One run of a target, and what broke its promise."""
    from tests.fuzz.targets import TARGETS

    corpus, found = work / name, work / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    for i, seed in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed{i}").write_bytes(seed)
    words = [str(corpus), f"-max_total_time={seconds}", "-rss_limit_mb=3000", "-timeout=30", "-max_len=8192",
             "-print_final_stats=1", "-report_slow_units=60", f"-artifact_prefix={found}/{name}-"]  # fmt: skip
    command = [sys.executable, "-m", "tests.fuzz", "--inside", name, *words]
    # Without PATH no ffmpeg is started, which would be most of the time: what is looked at is what runs in here.
    before = _children_s()
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "PATH": str(work / "nothing")},
    )  # fmt: skip
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    edges = re.findall(r"cov: (\d+)", done.stderr)
    told = done.stderr.splitlines()
    findings = [
        line for line in told if "=== Uncaught" in line or ("Test unit written" in line and "slow-unit" not in line)
    ]
    if done.returncode and not findings:
        findings = [f"ended with status {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"]
    ran = Ran(int(runs[1]) if runs else 0, _children_s() - before, int(edges[-1]) if edges else 0, len(findings))
    return ran, findings


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _totals(work: Path) -> dict[str, Ran]:
    try:
        return {name: Ran(**row) for name, row in json.loads((work / "totals.json").read_text()).items()}
    except FileNotFoundError:
        return {}


def main() -> int:
    """Fuzz and print; 1 when a promise was broken."""
    if sys.argv[1:2] == ["--inside"]:
        fuzz_here(sys.argv[2], sys.argv[3:])
    from tests.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=300, help="for each target (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="how often to go over the targets (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=Path("out/fuzz"), help="(default: %(default)s)")
    options = parser.parse_args()
    work = options.work.absolute()
    broken = False
    for _ in range(options.rounds):
        for name in options.targets or TARGETS:
            ran, findings = fuzz(name, options.seconds, work)
            totals = _totals(work)
            totals[name] = totals.get(name, Ran()).and_then(ran)
            (work / "totals.json").write_text(json.dumps({n: asdict(r) for n, r in totals.items()}, indent=1))
            broken |= bool(findings)
            for finding in findings:
                print(f"{name}: {finding}", file=sys.stderr, flush=True)
    print("| target | promise | inputs | CPU s | edges | broken |\n|---|---|---:|---:|---:|---:|")
    for name, ran in _totals(work).items():
        row = f"{ran.inputs:,} | {ran.cpu_s:,.0f} | {ran.edges} | {ran.broken} |"
        print(f"| {name} | {TARGETS[name].promise} | {row}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
