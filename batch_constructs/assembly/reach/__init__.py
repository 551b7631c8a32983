"""The proof *Reach*: can a place in a network reach a destination at a port?

`reach` follows the traffic hop by hop, as the Reachability Analyzer of Amazon VPC does, and answers *yes*, *no* with the
hop that stops it, or *unknown*.
"""

from __future__ import annotations

from batch_constructs.assembly.reach.hops import End, Group, Hop, Kind, Traffic
from batch_constructs.assembly.reach.places import Place, inside, places_of, subnets_of
from batch_constructs.assembly.reach.proof import Ways, meet, mounts, reach
from batch_constructs.assembly.reach.routes import Exit, exit_of

__all__ = [
    "End",
    "Exit",
    "Group",
    "Hop",
    "Kind",
    "Place",
    "Traffic",
    "Ways",
    "exit_of",
    "inside",
    "meet",
    "mounts",
    "places_of",
    "reach",
    "subnets_of",
]
