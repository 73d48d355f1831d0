from .curves import plot_curves as plot_curves, plot_reliability as plot_reliability
from .errors import plot_confusion as plot_confusion
from .metrics import (
    classification_table as classification_table, confusion_matrix as confusion_matrix,
    load_predictions as load_predictions, overall as overall, published as published, summary as summary)
from .run import ihc_evaluate as ihc_evaluate
from .uncertainty import (
    bootstrap as bootstrap, compare_runs as compare_runs, intervals as intervals, over_seeds as over_seeds,
    sign_flip_test as sign_flip_test)
