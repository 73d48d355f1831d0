"""From slides to a study: cores of tissue microarrays, cohorts, microenvironment, survival, agreement."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
