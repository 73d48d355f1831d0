from .sam import SAM as SAM
from .augment import Augment as Augment, Mix as Mix, Prepare as Prepare, ProgressiveSize as ProgressiveSize
from .checkpoint import Checkpoint as Checkpoint, EMA as EMA, LogEpoch as LogEpoch
from .run import RECIPES as RECIPES, SETTINGS as SETTINGS, fit as fit, ihc_train as ihc_train, make_learner as make_learner, settings as settings
