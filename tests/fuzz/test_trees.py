"""Scores whose elements are taken out, doubled, moved, renamed or given odd values: XML, but hardly a score."""

from __future__ import annotations

import copy
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.data.odd.make import ODD
from tests.fuzz.targets import TARGETS, feed_score

VALUES = (
    "", "-1", "0", "1", "2.5", "1e9", "NaN", "999999999999", "½", "٣", "x", "-", "1/0", "3/4", "yes", "start", "stop",
    "backward", "a b", "5", "100",
)  # fmt: skip


def trees(suffix: str) -> list[etree._Element]:
    """The seeds of a kind of score, and the odd files that are XML."""
    parser = etree.XMLParser(resolve_entities=False)
    made = [*TARGETS[suffix].seeds(), *(o.made() for o in ODD if o.name.endswith(suffix))]
    found = []
    for data in made:
        try:
            found.append(etree.fromstring(data, parser))
        except etree.XMLSyntaxError:
            continue
    return found


def changed(rng: random.Random, tree: etree._Element) -> bytes:
    """The document with one to five changes."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.randrange(1, 6)):
        elements = [e for e in tree.iter() if isinstance(e.tag, str) and e is not tree]
        if not elements:
            break
        element, other = rng.choice(elements), rng.choice(elements)
        parent = element.getparent()
        assert parent is not None
        what = rng.randrange(7)
        if what == 0:
            parent.remove(element)
        elif what == 1:
            parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(element))
        elif what == 2 and element.attrib:
            element.attrib[rng.choice(sorted(element.attrib))] = rng.choice(VALUES)
        elif what == 3:
            other.append(copy.deepcopy(element))
        elif what == 4:
            element.tag = other.tag
        elif what == 5:
            element[:] = []
        else:
            rng.choice([e for e in elements if len(e) == 0] or elements).text = rng.choice(VALUES)
    return etree.tostring(tree)


@pytest.mark.parametrize("suffix", ["musicxml", "mscx"])
@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_tree_leads_to_anything_but_a_score_or_a_sentence(suffix: str, seed: int) -> None:
    rng = random.Random(seed)
    feed_score(changed(rng, rng.choice(trees(suffix))), f"t.{suffix}")
