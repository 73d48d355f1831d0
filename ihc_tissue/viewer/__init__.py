"""Viewer: slides, maps, cells and scores in a browser, and corrections."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
