"""Tells whether a job can run in an environment, and if not, why.

``misfit(definition, environments)`` returns the first obstacle, or ``None`` if a job of the definition may run.
``doubt`` returns what probably stops it: memory that hosts of its size mostly lack.
"""

from __future__ import annotations

from batch_constructs.assembly.fit.misfits import Misfit, Obstacle, doubt, doubt_of, misfit, misfit_of

__all__ = ["Misfit", "Obstacle", "doubt", "doubt_of", "misfit", "misfit_of"]
