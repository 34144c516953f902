"""Write an analysis in other formats: ``mezzoforte write FILE.json --format midi,dawproject``.

The tempo map's smoothing, the controller and its lane are chosen here; how far the map is from the beats is told on
stderr. Nothing is analysed again. Exit status: 0 ok, 1 something is wrong with the file or the place, 2 usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from runtime.analysis import read
from runtime.errors import OutputError, command
from runtime.write import WRITERS, save
from runtime.write.arguments import add_write_options, chosen
from runtime.write.atomic import make_folder
from runtime.write.tempo_map import tempo_map

WITH_TEMPO_MAP = ("midi", "dawproject", "rpp", "daw")


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="mezzoforte write", description=__doc__)
    parser.add_argument("analysis", type=Path, metavar="FILE.json", help="what `mezzoforte analyze` wrote")
    parser.add_argument("--format", required=True, metavar="LIST", help=f"comma separated: {', '.join(WRITERS)}")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the files (beside the analysis)")
    parser.add_argument(
        "--audio", metavar="FILE", help="the recording: warped in a DAWproject, an item in a REAPER project"
    )
    parser.add_argument("--audio-channels", type=int, default=2, metavar="N", help="its channels (%(default)s)")
    parser.add_argument(
        "--with-audio", action="store_true", help="put --audio itself into the report (html) and the DAWproject"
    )
    add_write_options(parser)
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns the exit status."""
    parser = build_parser()
    options = parser.parse_args(argv)
    formats = [f for f in options.format.split(",") if f]
    unknown = [f for f in formats if f not in WRITERS]
    if unknown or not formats:
        parser.error(f"no format {', '.join(unknown) or 'named'}; there are {', '.join(WRITERS)}")
    if options.audio is not None and not Path(options.audio).is_file():
        raise OutputError("no such recording", where=options.audio, advice="Check the path after --audio")
    analysis = read(options.analysis)
    choices = replace(
        chosen(options),
        audio_file=options.audio,
        audio_channels=options.audio_channels,
        with_audio=options.with_audio,
    )
    folder = options.out or options.analysis.parent
    targets = {fmt: folder / f"{options.analysis.stem}{WRITERS[fmt].suffix}" for fmt in formats}
    if options.analysis.resolve() in [path.resolve() for path in targets.values()]:
        raise OutputError("this would overwrite the analysis", where=str(options.analysis), advice="Use --out")
    make_folder(folder)
    for fmt, path in targets.items():
        print(f"wrote {save(analysis, path, fmt, choices)}", file=sys.stderr)
    if any(fmt in WITH_TEMPO_MAP for fmt in formats):
        print(tempo_map(analysis, choices.tempo_mode, choices.tolerance_ms).describe(), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
