"""Which names of instance types are slips of the pen, and which may be types that are newer than the data.

AWS has new families every month and now and then a new size of an old one, so a name is in doubt only where no
new type would be called so, or where only its case or blanks differ from a known one. The forms are those of the
names in the data. Chapter: Compute Environment Parameters.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from batch_constructs.facts import instance_types

__all__ = ["misspelt"]

_SIZE = re.compile(r"nano|micro|small|medium|large|[1-9]?[0-9]?[0-9]?xlarge|metal(-[0-9]+xl)?")
_FAMILY = re.compile(
    r"(?P<series>[a-z]{1,3})(?P<generation>[1-9]|1[0-9])(?P<extras>[abdefghinqsuz]*)"
    r"(?P<rest>-flex|-[a-z]{0,2}[0-9]+(tb[0-9]?)?)?"
)
_OTHER_FAMILY = re.compile(r"mac[0-9]*-m[0-9]+[a-z]*|u-[0-9]+tb[0-9]")
_MAKERS = frozenset("agi")
_CLOSE, _CLOSE_FAMILY = 0.85, 0.8


@lru_cache(maxsize=1024)
def misspelt(name: str) -> bool:
    """Whether a name in ``instanceTypes`` is for certain no type, family or bundle, yet looks like one.

    True for an impossible size of a known family (``c7i.2xlrage``), and for an impossible family near a known one
    (``c7ii.large``, ``m7.large``). False for what is known, for what AWS may have launched since (``c7i.9xlarge``,
    ``m10g``), and for what is near nothing.
    """
    word = name.strip().lower()
    if instance_types.is_known(word):
        return name != word
    family, dot, size = word.partition(".")
    if dot and instance_types.is_known(family):
        return _SIZE.fullmatch(size) is None
    if _may_be_new(family):
        return False
    from difflib import SequenceMatcher  # noqa: PLC0415 - only on the way to a warning

    near = instance_types.closest(word)
    enough = _CLOSE if dot else _CLOSE_FAMILY
    return near is not None and SequenceMatcher(None, word, near).ratio() >= enough


def _may_be_new(family: str) -> bool:
    """Whether AWS might give a new family this name."""
    form = _FAMILY.fullmatch(family)
    if form is None:
        return _OTHER_FAMILY.fullmatch(family) is not None
    series, extras = form["series"], form["extras"]
    if len(set(extras)) < len(extras) or len(_MAKERS.intersection(extras)) > 1:
        return False
    known = _series()
    if series not in known:
        # A new series, but neither "mm" nor "hcp".
        return len(set(series)) == len(series) and all(sorted(series) != sorted(each) for each in known)
    # A generation of several makers of processors has no family without: m7a, m7g and m7i, but no m7.
    makers = known[series].get(int(form["generation"]), [])
    unnamed = not (extras or form["rest"])
    return not unnamed or not all(makers) or len(frozenset().union(*makers)) < 2


@cache
def _series() -> dict[str, dict[int, list[frozenset[str]]]]:
    """Each series with its generations, and the makers that each family of a generation names."""
    found: dict[str, dict[int, list[frozenset[str]]]] = {}
    for form in map(_FAMILY.fullmatch, instance_types.families()):
        if form is not None:
            generation = found.setdefault(form["series"], {}).setdefault(int(form["generation"]), [])
            generation.append(_MAKERS.intersection(form["extras"]))
    return found
