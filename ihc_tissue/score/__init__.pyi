from .certainty import plot_certainty as plot_certainty, positive_at as positive_at
from .ratios import compute_scores as compute_scores, scores_of as scores_of
from .report import write_report as write_report
from .run import (ScoreParams as ScoreParams, ihc_score as ihc_score, read_scores as read_scores,
    score_slide as score_slide)
from .immune import immune_score as immune_score, stained_squares as stained_squares
from .indications import category as category, cutoffs_of as cutoffs_of, indications as indications
from .cores import score_cores as score_cores
