from .cores import find_cores as find_cores, match_cores as match_cores, name_cores as name_cores
from .tma import dearray as dearray, ihc_tma as ihc_tma, read_corrected as read_corrected
