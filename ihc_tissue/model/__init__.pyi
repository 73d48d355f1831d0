from .bundle import (
    Bundle as Bundle, create_model as create_model, golden_patches as golden_patches, load_model as load_model,
    predict as predict, require_mpp as require_mpp, save_model as save_model)
from .card import model_card as model_card, write_card as write_card
from .engines import with_engine as with_engine
from .pretrained import Start as Start, find_weights as find_weights, imagenet_weights as imagenet_weights
from .trust import (
    OUT_OF_DISTRIBUTION as OUT_OF_DISTRIBUTION, Trust as Trust, UNCERTAIN as UNCERTAIN, fit_trust as fit_trust,
    load_trust as load_trust, predict_with_trust as predict_with_trust)
from .export import (
    export_onnx as export_onnx, export_wsinfer as export_wsinfer, ihc_export as ihc_export, run_onnx as run_onnx,
    run_wsinfer as run_wsinfer)
