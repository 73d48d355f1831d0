from .readers import SLIDE_SUFFIXES as SLIDE_SUFFIXES, slide_scenes as slide_scenes
from .reading import Slide as Slide, TileError as TileError, open_slide as open_slide, slide_fingerprint as slide_fingerprint, tile_grid as tile_grid
from .mask import Mask as Mask, tissue_fraction as tissue_fraction, tissue_mask as tissue_mask
from .predict import predict_slide as predict_slide, preview_slide as preview_slide, read_tiles as read_tiles, smooth_tiles as smooth_tiles
from .polygons import areas as areas, class_map as class_map, core_areas as core_areas, read_cores as read_cores, read_areas as read_areas, read_class_map as read_class_map, region_polygons as region_polygons
from .geojson import frame_origin as frame_origin, read_geojson as read_geojson, save_geojson as save_geojson
from .folder import map_slide as map_slide, measure_regions as measure_regions, read_record as read_record, read_regions as read_regions
from .run import find_slides as find_slides, ihc_wsi as ihc_wsi
from .accuracy import map_quality as map_quality
from .annotate.ask import ask_squares as ask_squares
from .annotate.cut import ihc_cut as ihc_cut
