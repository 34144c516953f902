"""Coverage-guided fuzzing: ``python -m tests.fuzz [TARGET …] [--seconds 300] [--work DIR]`` (needs atheris).

Each target runs in a process of its own with the corpus in ``DIR/TARGET``, which grows from run to run. Prints a table
of runs, seconds and findings; inputs that broke a promise lie in ``DIR/found`` and belong into tests/fuzz/found.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def fuzz_here(name: str, words: list[str]) -> None:
    """libFuzzer's loop, in this process; does not return."""
    import atheris

    with atheris.instrument_imports(include=["runtime", "bridge", "h11", "starlette"]):
        from tests.fuzz.targets import TARGETS

        for seed in TARGETS[name].seeds():  # what is imported late is imported now, and its coverage counted
            TARGETS[name].feed(seed)
    atheris.Setup([sys.argv[0], *words], TARGETS[name].feed)
    atheris.Fuzz()


def fuzz(name: str, seconds: int, work: Path) -> tuple[int, int, int, list[str]]:
    """Executions, seconds, edges covered and findings of one target."""
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
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "PATH": str(work / "nothing")},
    )  # fmt: skip
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    edges = re.findall(r"cov: (\d+)", done.stderr)
    took = re.search(r"Done \d+ runs in (\d+) second", done.stderr)
    told = done.stderr.splitlines()
    findings = [
        line for line in told if "=== Uncaught" in line or ("Test unit written" in line and "slow-unit" not in line)
    ]
    if done.returncode and not findings:
        findings = [f"ended with status {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"]
    return (int(runs[1]) if runs else 0, int(took[1]) if took else seconds, int(edges[-1]) if edges else 0, findings)


def main() -> int:
    """Fuzz and print; 1 when a promise was broken."""
    if sys.argv[1:2] == ["--inside"]:
        fuzz_here(sys.argv[2], sys.argv[3:])
    from tests.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=300, help="for each target (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=Path("out/fuzz"), help="(default: %(default)s)")
    options = parser.parse_args()
    broken = False
    print("| target | promise | runs | s | edges | broken |\n|---|---|---|---|---|---|")
    for name in options.targets or TARGETS:
        runs, seconds, edges, findings = fuzz(name, options.seconds, options.work.absolute())
        broken |= bool(findings)
        print(f"| {name} | {TARGETS[name].promise} | {runs:,} | {seconds} | {edges} | {len(findings)} |", flush=True)
        for finding in findings:
            print(finding, file=sys.stderr, flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
