"""Known weaknesses of the packages in a site-packages folder, by pip-audit; says so when nobody can be asked.

``python .ci/audit.py FOLDER``, in an environment with pip-audit.

Exit status 1 when a package has one, 0 otherwise.
"""

from __future__ import annotations

import json
import subprocess
import sys


def main(folder: str) -> int:
    """Ask and print."""
    how = ["--path", folder, "--skip-editable", "--format", "json", "--progress-spinner", "off"]
    command = [sys.executable, "-m", "pip_audit", *how]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"not audited: {(done.stderr.strip().splitlines() or ['no answer'])[-1]}")
        return 0
    unknown = [p for p in packages if "skip_reason" in p]
    if len(unknown) == len(packages):
        print(f"not audited: {unknown[0]['skip_reason'] if unknown else 'no packages are installed'}")
        return 0
    weak = [(p["name"], p["version"], v) for p in packages for v in p.get("vulns", [])]
    for name, version, found in weak:
        print(f"{name} {version}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'no version yet'}")
    print(f"{len(packages) - len(unknown)} of {len(packages)} packages were audited, {len(weak)} weaknesses are known")
    for package in unknown:
        print(f"not audited: {package['name']}: {package['skip_reason']}")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
