"Do files that version 0.2.0 wrote still open? nbs/files_0.2.0 holds a small set of them"
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

OLD = Path(__file__).resolve().parents[2]/'nbs'/'files_0.2.0'


def checks(tmp):
    "Claims about the old files, and whether each is true"
    import numpy as np
    from ihc_tissue.cells.measure import read_cell_table
    from ihc_tissue.data import Pack
    from ihc_tissue.evaluate import ihc_evaluate, load_predictions
    from ihc_tissue.files import read_json
    from ihc_tissue.model import load_model, predict
    from ihc_tissue.score import ihc_score
    from ihc_tissue.slide import ihc_wsi, read_class_map, read_geojson
    pack = Pack(OLD/'pack')
    named = {'region', 'phash'} <= set(pack.index)
    yield 'a pack opens, and its columns have their new names', named and len(pack.index) == 84
    bundle = load_model(OLD/'run')
    yield 'a bundle passes its golden patches', bundle.px == 32 and abs(bundle.mpp - 1.8113) < 1e-3
    df, classes = load_predictions(OLD/'run')
    images = pack.images('test')[pack.rows('test').row]
    same = np.abs(predict(bundle, images, bs=16) - df[classes].to_numpy()).max()
    yield f'its probabilities are those of its run (largest difference {same:.1e})', same < 1e-3
    shutil.copytree(OLD/'run', tmp/'run')
    ihc_evaluate(str(tmp/'run'), n_boot=20)
    was, now = read_json(OLD/'run'/'metrics.json'), read_json(tmp/'run'/'metrics.json')
    yield 'a run is evaluated to the same accuracy', abs(was['accuracy'] - now['accuracy']) < 1e-9
    cmap, placement, names = read_class_map(OLD/'maps'/'slide')
    yield 'a class map opens', names == list(bundle.classes) and cmap.shape == (9, 9)
    yield 'regions open', bool(read_geojson(OLD/'maps'/'slide'/'regions.geojson'))
    shutil.copytree(OLD/'maps', tmp/'maps')
    again = ihc_wsi(str(OLD/'slide.tif'), model=str(tmp/'run'), out=str(tmp/'maps'))
    yield 'a slide is mapped again into its old folder', again['tile_px'] == 32
    drawn = OLD/'slide.truth'/'regions.geojson'
    scored = ihc_score(str(OLD/'slide.tif'), regions=str(drawn), marker='PD-L1', out=str(tmp/'scores'))
    yield 'a slide is scored on old regions', 'TPS' in scored['scores']
    cells = read_cell_table(OLD/'scores'/'slide'/'cells.parquet')
    yield 'cells open, and their columns have their new names', {'cell_type', 'intensity'} <= set(cells)


def main():
    warnings.simplefilter('ignore')
    with tempfile.TemporaryDirectory() as d: found = list(checks(Path(d)))
    for claim, ok in found: print('ok  ' if ok else 'FAIL', claim)
    if not all(ok for _, ok in found): sys.exit(1)
    print('files of 0.2.0 open')


if __name__ == '__main__': main()
