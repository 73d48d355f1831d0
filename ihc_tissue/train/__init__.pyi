from .sam import DeviceMixedPrecision as DeviceMixedPrecision, SAM as SAM
from .augment import Augment as Augment, Mix as Mix, Prepare as Prepare, ProgressiveSize as ProgressiveSize
from .checkpoint import Checkpoint as Checkpoint, EMA as EMA, LogEpoch as LogEpoch
from .recipes import RECIPES as RECIPES, SETTINGS as SETTINGS, Settings as Settings
from .recipes import recipe_table as recipe_table, settings as settings
from .learner import fit as fit, make_learner as make_learner
from .memory import training_memory as training_memory
from .probe import fit_probe as fit_probe
from .run import ihc_train as ihc_train, read_config as read_config
