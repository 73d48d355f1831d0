from .cores import find_cores as find_cores, match_cores as match_cores, name_cores as name_cores
from .tma import dearray as dearray, ihc_tma as ihc_tma, read_corrected as read_corrected
from .tme import area_ratios as area_ratios, core_microenvironments as core_microenvironments, cross_g as cross_g, cross_k as cross_k, density_profile as density_profile, immunophenotype as immunophenotype, microenvironment as microenvironment, nearest_distances as nearest_distances, signed_distance as signed_distance, zone_densities as zone_densities
from .survival import Outcome as Outcome, best_cutoff as best_cutoff, by_patient as by_patient, concordance as concordance, cox as cox, cox_concordance as cox_concordance, kaplan_meier as kaplan_meier, landmark as landmark, log_rank as log_rank, plot_survival as plot_survival
from .agreement import agreement as agreement, agreement_at as agreement_at, bland_altman as bland_altman, icc as icc, weighted_kappa as weighted_kappa
from .run import ihc_cohort as ihc_cohort, read_cohort as read_cohort
