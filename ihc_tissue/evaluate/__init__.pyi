from .metrics import bootstrap as bootstrap, classification_table as classification_table, compare_runs as compare_runs, confusion_matrix as confusion_matrix, intervals as intervals, load_predictions as load_predictions, overall as overall, published as published, summary as summary
from .errors import plot_confusion as plot_confusion
from .run import ihc_evaluate as ihc_evaluate
