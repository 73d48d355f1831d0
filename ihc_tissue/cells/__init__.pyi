from .stain import Stain as Stain, fit_stain as fit_stain, optical_density as optical_density, unmix as unmix
from .nuclei import find_nuclei as find_nuclei
from .measure import (find_cells as find_cells, measure_cells as measure_cells, read_cell_table as read_cell_table,
                      save_cell_table as save_cell_table)
from .types import (classify_cells as classify_cells, fit_thresholds as fit_thresholds,
                    grade_intensity as grade_intensity, is_tumor as is_tumor)
from .border import border_cells as border_cells
from .qupath import read_cells as read_cells, save_cells_geojson as save_cells_geojson
from .membrane import her2_category as her2_category, membrane_lines as membrane_lines
