"""Command line: the plugin as an extension for MuseScore 4.6 and later, one file ``mezzoforte-VERSION.mext``.

``python -m bridge.mext [--out DIR]``. The file is a zip with ``manifest.json`` at its root: opened or dropped on
MuseScore it installs itself. Exit status: 0 done, 1 failed, 2 usage.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from runtime.errors import MezzoforteError
from runtime.own_process import ROOT
from runtime.write.atomic import write_bytes

PLUGIN = ROOT / "musescore_plugin"
SUFFIX = ".mext"
PARTS = {"lib": "*.js", "ui": "*.qml"}
AT_LOGIN = {"program": "mezzoforte", "arguments": ["serve", "--at-login"], "shown": "mezzoforte serve --at-login"}
"""What the dialog tells to copy where no installation knows better: an extension cannot start programs."""


def version() -> str:
    """Mezzoforte's version."""
    text = (ROOT / "mezzoforte" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    assert found is not None
    return found[1]


def files(launch: dict[str, Any]) -> dict[str, bytes]:
    """Every file of the extension by its path; `launch` says how the bridge is started, see ``lib/launch.js``."""
    manifest = (PLUGIN / "extension" / "manifest.json").read_text(encoding="utf-8").replace("VERSION", version())
    out = {
        "manifest.json": manifest.encode(),
        "Mezzoforte.qml": (PLUGIN / "extension" / "Mezzoforte.qml").read_bytes(),
        "start.js": f"// How the bridge is started.\nvar launch = {json.dumps(launch)};\n".encode(),
    }
    for part, pattern in PARTS.items():
        for file in sorted((PLUGIN / part).glob(pattern)):
            out[f"{part}/{file.name}"] = file.read_bytes()
    return out


def pack() -> bytes:
    """The extension as one file. The same sources give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files(AT_LOGIN).items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Write the file; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bridge.mext", description="Pack the extension for MuseScore 4.6.")
    parser.add_argument("--out", type=Path, default=Path("dist"), metavar="DIR", help="(default: %(default)s)")
    path = parser.parse_args(arguments).out / f"mezzoforte-{version()}{SUFFIX}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, pack())
    except (MezzoforteError, OSError) as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
