"""Slides: readers, tissue mask, tiles, region maps, polygons, QuPath files."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
