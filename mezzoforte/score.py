"""``mezzoforte score``: marks into a score, by ``runtime.analyze --score``; plans and removal, by ``runtime.score``."""

from __future__ import annotations

from collections.abc import Sequence

USAGE = """mezzoforte score AUDIO SCORE --out FILE [options]
       mezzoforte score --apply PLAN.json SCORE --out FILE
       mezzoforte score --remove SCORE --out FILE"""
EPILOG = "With --dry-run or --format plan nothing is written into the score. Exit status: 0 ok, 1 failed, 2 usage."


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status."""
    if any(word.partition("=")[0] in ("--apply", "--remove") for word in arguments):
        from runtime.score.__main__ import main as edit

        return edit(arguments)
    from runtime import analyze

    parser = analyze.build_parser()
    parser.prog, parser.usage, parser.epilog = "mezzoforte score", USAGE, EPILOG
    parser.description = "Align a recording with its score and write what was heard into a copy of the score."
    options = parser.parse_args(arguments)
    if options.score is not None or len(options.audio) != 2:
        parser.error("give a recording and its score")
    options.score = options.audio.pop()
    return analyze.program(options)
