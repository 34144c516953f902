"""Where an analysis can be sent besides files: what other packages offer under the entry points of one group.

The runtime opens no socket and knows no protocol. `bridge` registers ``osc`` when Mezzoforte is installed; another
package may add its own in the group ``mezzoforte.destinations``: a function (analysis, target) -> message for people,
which raises `MezzoforteError` when it cannot deliver. It may have a function ``check`` (target), which raises the same
for a target that cannot be, before there is an analysis.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import cast

from runtime.analysis import Analysis
from runtime.errors import OutputError

GROUP = "mezzoforte.destinations"

Deliver = Callable[[Analysis, str], str]


def check(name: str, target: str) -> None:
    """Whether something delivers to such a target, as far as can be told beforehand. Raises `MezzoforteError`."""
    checked = getattr(destination(name), "check", None)
    if checked is not None:
        checked(target)


def destination(name: str) -> Deliver:
    """The function that delivers to destinations of this name. Raises `OutputError` when none is installed."""
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise OutputError(
            f"nothing installed delivers to {name!r}", cause="Mezzoforte runs from a folder and is not installed",
            advice=f"Install it (pip install '.[cpu,bridge]'), or use python -m bridge.send FILE --{name} TARGET",
        )  # fmt: skip
    try:
        return cast(Deliver, next(iter(found)).load())
    except ImportError as e:
        raise OutputError(
            f"{name!r} cannot be loaded", cause=str(e), advice="Install its packages: pip install 'mezzoforte[bridge]'"
        ) from e
