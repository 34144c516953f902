"""Marks of Mezzoforte in a score file: ``mezzoforte score --apply PLAN.json SCORE --out FILE`` writes a plan that
``mezzoforte score AUDIO SCORE --format plan`` made, ``--remove SCORE --out FILE`` takes every mark out again.

The output may be the score itself: it is replaced in one step, and the first time a copy is left beside it as
NAME.bak. Nothing is written to stdout. Exit status: 0 ok, 1 the plan, the score or the place is wrong, 2 usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from runtime.errors import ScoreError, command
from runtime.marks.files import apply_plan, remove_marks

MAX_PLAN_BYTES = 16 * 2**20


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="mezzoforte score", description="Write a plan of marks into a score, or take our marks out of it."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--apply", type=Path, metavar="PLAN.json", help="write the marks of this plan")
    what.add_argument("--remove", action="store_true", help="take out our marks and bring back those that we hid")
    parser.add_argument("score", type=Path, metavar="SCORE", help="MusicXML, mxl, mscx, mscz or MIDI")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="of the same kind; may be SCORE itself")
    parser.add_argument(
        "--midi-mode", choices=("velocity", "cc"), default="velocity", help="what marks become in MIDI (%(default)s)"
    )
    parser.add_argument("--quiet", action="store_true", help="only errors")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns the exit status."""
    options = build_parser().parse_args(argv)
    if options.remove:
        backup = remove_marks(options.score, options.out)
    else:
        backup = apply_plan(options.score, _plan_text(options.apply), options.out, options.midi_mode)
    if not options.quiet:
        if backup:
            print(f"the score as it was: {backup}", file=sys.stderr)
        print(f"written: {options.out}", file=sys.stderr)
    return 0


def _plan_text(path: Path) -> str:
    """Raises `ScoreError` for a file that cannot be a plan."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PLAN_BYTES + 1)
        if len(data) > MAX_PLAN_BYTES:
            raise ScoreError(f"larger than {MAX_PLAN_BYTES >> 20} MiB", where=str(path), cause="not a plan of marks")
        return data.decode("utf-8-sig")
    except OSError as e:
        raise ScoreError(f"the plan cannot be read ({e.strerror or e})", where=str(path)) from e
    except UnicodeDecodeError as e:
        raise ScoreError(
            "the plan is not UTF-8 text", where=str(path), cause="another kind of file",
            advice="Make one with: mezzoforte score AUDIO SCORE --format plan --out PLAN.json",
        ) from e  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
