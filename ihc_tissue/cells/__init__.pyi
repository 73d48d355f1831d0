from .stain import Stain as Stain, fit_stain as fit_stain, optical_density as optical_density, unmix as unmix
from .nuclei import find_nuclei as find_nuclei
from .measure import find_cells as find_cells, fit_thresholds as fit_thresholds
from .qupath import read_cells as read_cells, save_cells_geojson as save_cells_geojson
