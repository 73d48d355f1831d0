from .bundle import Bundle as Bundle, create_model as create_model, load_model as load_model, predict as predict, save_model as save_model
from .trust import Trust as Trust, fit_trust as fit_trust, load_trust as load_trust, predict_with_trust as predict_with_trust
from .export import export_onnx as export_onnx, export_wsinfer as export_wsinfer, ihc_export as ihc_export, run_onnx as run_onnx, run_wsinfer as run_wsinfer
