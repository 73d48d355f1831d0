from .fields import (Grid as Grid, Points as Points, Region as Region, Scene as Scene, StainProfile as StainProfile,
    make_scene as make_scene, make_stain_profile as make_stain_profile, make_style as make_style)
from .render import simulate_patch as simulate_patch
from .layout import make_slide_scene as make_slide_scene, set_scene as set_scene, slide_truth as slide_truth
from .run import ihc_simulate as ihc_simulate, simulate_dataset as simulate_dataset, simulate_slide as simulate_slide
from .tma import (block_sections as block_sections, draw_overview as draw_overview, simulate_tma as simulate_tma, tma_layout as tma_layout,
    tma_scene as tma_scene)
