"""Pages: what they link to is there, what they say to type exists, and the index has them all."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LOG = ROOT / "docs" / "experiments.md"
"""What was done then may name what is gone now."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", [p for p in PAGES if p != LOG], ids=lambda page: page.name)
def test_what_a_page_says_to_type_exists(page: Path) -> None:
    ours = r"python -m\s+((?:runtime|bridge|train|export|benchmarks|mezzoforte)(?:\.\w+)*)"
    for name in sorted(set(re.findall(ours, page.read_text(encoding="utf-8")))):
        path = ROOT.joinpath(*name.split("."))
        file = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        assert file.is_file() and importlib.util.find_spec(name), name
        assert path.is_dir() or "__main__" in file.read_text(encoding="utf-8"), f"python -m {name} would do nothing"


def test_the_index_has_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert not [p.name for p in PAGES[2:] if p.name != "README.md" and f"({p.name})" not in index]
