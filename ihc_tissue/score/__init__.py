"""Scores: TPS, CPS, TAP, Ki67 index, H-score, Allred, densities."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
