"""Tells typos in names of instance types from types that may be newer than the data.

AWS adds new families every month, and sometimes a new size of an old one. So a name counts as a typo only if no
new type could have it, or if it differs from a known one only by case or blanks. The forms are those of the
names in the data. Guide: Compute Environment Parameters.
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
    """Return whether a name in ``instanceTypes`` is certainly a typo of a type, family or bundle.

    It is true for an impossible size of a known family (``c7i.2xlrage``), and for an impossible family similar to a known
    one (``c7ii.large``, ``m7.large``); also for what an old family never got (``c5.3xlarge``, ``p4``). It is false for known names, for names that AWS may have added since
    (``c7i.9xlarge``, ``m10g``), and for names that are similar to none.
    """
    word = name.strip().lower()
    if instance_types.is_known(word):
        return name != word
    family, dot, size = word.partition(".")
    if dot and instance_types.is_known(family):
        return _SIZE.fullmatch(size) is None or _is_old(family, 3)
    if _never_was(family):
        return True
    if _may_be_new(family):
        return False
    from difflib import SequenceMatcher  # noqa: PLC0415 - only on the way to a warning

    near = instance_types.closest(word)
    enough = _CLOSE if dot else _CLOSE_FAMILY
    return near is not None and SequenceMatcher(None, word, near).ratio() >= enough


def _never_was(family: str) -> bool:
    """Return whether an old generation has families, but none without further letters: ``p4`` is p4d or p4de."""
    form = _FAMILY.fullmatch(family)
    if form is None or form["extras"] or form["rest"] or not _is_old(family, 2):
        return False
    return int(form["generation"]) in _series()[form["series"]]


def _may_be_new(family: str) -> bool:
    """Return whether AWS might give a new family this name."""
    form = _FAMILY.fullmatch(family)
    if form is None:
        return _OTHER_FAMILY.fullmatch(family) is not None
    series, extras = form["series"], form["extras"]
    if len(set(extras)) < len(extras) or len(_MAKERS.intersection(extras)) > 1:
        return False
    known = _series()
    if series not in known:
        # It may be a new series, but not "mm" (a repeated letter) or "hcp" (letters of a known series in another order).
        return len(set(series)) == len(series) and all(sorted(series) != sorted(each) for each in known)
    # If a generation has processors of several makers, each family names its maker: m7a, m7g and m7i, but no m7.
    makers = known[series].get(int(form["generation"]), [])
    unnamed = not (extras or form["rest"])
    return not unnamed or not all(makers) or len(frozenset().union(*makers)) < 2


def _is_old(family: str, since: int) -> bool:
    """Return whether a series has had some generations since, so that AWS adds nothing more to this one."""
    form = _FAMILY.fullmatch(family)
    generations = _series().get(form["series"], {}) if form is not None else {}
    return form is not None and int(form["generation"]) + since <= max(generations, default=0)


@cache
def _series() -> dict[str, dict[int, list[frozenset[str]]]]:
    """Return each series with its generations, and the makers in the names of each generation's families."""
    found: dict[str, dict[int, list[frozenset[str]]]] = {}
    for form in map(_FAMILY.fullmatch, instance_types.families()):
        if form is not None:
            generation = found.setdefault(form["series"], {}).setdefault(int(form["generation"]), [])
            generation.append(_MAKERS.intersection(form["extras"]))
    return found
