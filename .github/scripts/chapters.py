"""Run the study's chapters through papermill, one after the other.

    python .github/scripts/chapters.py demo    # the main job: results in runs/demo/
    python .github/scripts/chapters.py test    # the same with small parameters, in a temporary folder; outputs checked
    python .github/scripts/chapters.py keep    # take the demo's record into nbs/demo/ and its pictures into figures/
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ARCH = 'tf_efficientnetv2_s'
# late SAM; test patches and slide come from laboratories that training does not see, so stain and light are varied
RECIPE = dict(recipe='best', weights='scratch', rho=.05, augment=.75, stain=.25, ema=0., smoothing=.05, wd=.01)
LABS = dict(spread=.6, labs=12, test_labs=12, lab_spread=1.1)
SIZES = dict(
    demo=dict(patches=2400, slide_mm2=4., px=64, epochs=16, sizes='48,64', bs=32, lr=2e-3, sam_start=.9, n_boot=2000,
              cohort=False),
    test=dict(patches=168, slide_mm2=.5, px=128, epochs=2, sizes='32,48', bs=16, lr=1e-3, sam_start=.5, n_boot=200,
              cohort=True))


def steps(folder, s):
    "Heading, notebook and parameters of each chapter"
    data, slide = folder/'data', folder/'data'/'slide.tif'
    simulated = dict(out=data, patches=s['patches'], slide_mm2=s['slide_mm2'], markers='ki67', **LABS)
    settings = RECIPE | {k: s[k] for k in ('epochs', 'sizes', 'bs', 'lr', 'sam_start')}
    trained = dict(data_root=folder/'pack', run=folder, arch=ARCH, **settings)
    cohort = dict(out=folder/'cohort')   # one section of 12 cores; trains a network of its own
    explored = dict(data_root=data, pack_dir=folder/'pack', px=s['px'], baseline_dir=folder/'colour')
    return [('simulate patches and a slide', '10_simulate', simulated),
            ('explore and pack the data', '01_data', explored),
            (f'train {ARCH}, SAM at the end', '03_train', trained),
            ('evaluate', '04_evaluate', dict(run=folder, out=folder, n_boot=s['n_boot'], against=folder/'colour')),
            ('map the slide', '05_slides', dict(slide_path=slide, model=folder/'model', out=folder/'slides')),
            *([('a cohort from one section', '07_cohort', cohort)] if s['cohort'] else [])]


def argument(value):
    "A value as papermill's text; paths below the project as seen from nbs/"
    inside = isinstance(value, Path) and value.is_relative_to(ROOT)
    return os.path.relpath(value, ROOT/'nbs') if inside else str(value)


def papermill(folder, name, params):
    "Execute one notebook; its progress bars appear here, its output goes into the executed copy"
    out = folder/'notebooks'/f'{name}.ipynb'
    out.parent.mkdir(parents=True, exist_ok=True)
    args = [a for k, v in params.items() for a in ('-r' if isinstance(v, (str, Path)) else '-p', k, argument(v))]
    env = dict(os.environ, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}", PYTHONWARNINGS='ignore')
    quiet = ['--no-progress-bar', '--log-level', 'WARNING', '--stderr-file', '-']
    cmd = [BIN/'papermill', ROOT/'nbs'/f'{name}.ipynb', out, '--cwd', ROOT/'nbs', '--kernel', 'python3', *quiet]
    done = subprocess.run(cmd + args, env=env, stderr=subprocess.PIPE, text=True)
    if done.returncode: sys.exit(f'\n{done.stderr[-3000:]}\n{name} failed; the executed notebook so far: {out}')


def run(folder, size):
    began, plan = time.time(), steps(folder, SIZES[size])
    for i, (heading, name, params) in enumerate(plan, 1):
        start = time.time()
        print(f'[{i}/{len(plan)}] {heading} (nbs/{name}.ipynb)', flush=True)
        papermill(folder, name, params)
        print(f'      {time.time() - start:.0f} s', flush=True)
    return time.time() - began


def read(path): return json.loads(path.read_text(encoding='utf8'))


def margin(folder):
    "Accuracy of the run minus that of colour, with 95 % intervals by patient and by laboratory, as text"
    from ihc_tissue.evaluate import compare_runs, load_predictions
    (a, classes), (b, _) = (load_predictions(f, 'test') for f in (folder/'colour', folder))
    for by, lab in (('patient', b.patient.astype(int)), ('laboratory', b.patient.astype(int) // 100)):
        versus, test = compare_runs(a.assign(patient=lab), b.assign(patient=lab), classes, by='patient')
        row = versus.loc['accuracy']
        yield f"by {by} {row.low:+.3f} to {row.high:+.3f} ({test['units']})"


def demo():
    folder = ROOT/'runs'/'demo'
    if folder.exists(): shutil.rmtree(folder)
    import pandas as pd
    took = run(folder, 'demo')
    m, a = read(folder/'metrics.json'), read(folder/'slides'/'slide'/'run.json')['agreement']
    low, high = m[f"interval_95_by_{m['interval_by']}"]['accuracy'].values()
    colour = pd.read_csv(folder/'against.csv', index_col=0).loc['accuracy']
    print(f"""
Done in {took / 60:.1f} minutes. All of this is simulated data: it shows the machinery, not medicine.

  patches   of laboratories that training has not seen: accuracy {m['accuracy']:.3f}
            (95 % interval {low:.3f} to {high:.3f}), macro F1 {m['macro_f1']:.3f}
  colour    alone {colour.other:.3f}; margin {colour.difference:.3f}, 95 % interval {', '.join(margin(folder))}
  slide     {a['tissue_agreement']:.3f} of {a['tissue_tiles']:,} tissue tiles carry their true class

Open:
  runs/demo/slides/slide/overlay.png           the region map on the slide
  runs/demo/slides/slide/areas.csv             how much of each tissue
  runs/demo/slides/slide/regions.geojson       the regions, for QuPath
  runs/demo/figures/                           confusion matrix, curves, comparison
  runs/demo/notebooks/                         the executed chapters
  runs/demo/model/                             the model: ihc_wsi SLIDE --model runs/demo/model --out DIR""")
    if a['tissue_agreement'] < .85:
        sys.exit('the map is worse than expected: at least 0.85 of the tissue tiles should have their true class')


def checks(folder):
    "What a finished run must have: (claim, is it so)"
    import pandas as pd
    from ihc_tissue.core import TISSUES
    from ihc_tissue.model import load_model
    slides = folder/'slides'/'slide'
    run_files = ('config.json', 'manifest.json', 'history.csv', 'metrics.json', 'table_test.csv', 'against.csv',
                 'predictions_val.parquet', 'predictions_test.parquet', 'figures/confusion_matrix.png')
    slide_files = ('tiles.parquet', 'class_map.png', 'class_map.json', 'regions.geojson', 'areas.csv', 'overlay.png',
                   'run.json')
    for f in run_files: yield f'run folder has {f}', (folder/f).exists()
    for f in slide_files: yield f'slide folder has {f}', (slides/f).exists()
    tiles, areas = pd.read_parquet(slides/'tiles.parquet'), pd.read_csv(slides/'areas.csv')
    drawn = {f['properties']['classification']['name'] for f in read(slides/'regions.geojson')['features']}
    preds, history = pd.read_parquet(folder/'predictions_test.parquet'), pd.read_csv(folder/'history.csv')
    looked = tiles[tiles.status == 'ok']
    yield 'the bundle opens and knows the seven tissues', load_model(folder/'model').classes == list(TISSUES)
    yield 'an epoch at each size', history.px.tolist() == [32, 48]
    yield 'probabilities of patches sum to 1', (preds[list(TISSUES)].sum(axis=1) - 1).abs().max() < 1e-3
    yield 'probabilities of tiles sum to 1', (looked[list(TISSUES)].sum(axis=1) - 1).abs().max() < 1e-3
    trained = set(pd.read_parquet(folder/'pack'/'index.parquet').query('split == "train"').region)
    yield 'no test region was trained on', not set(preds.region) & trained
    seen = pd.read_parquet(folder/'pack'/'index.parquet').query('split != "test"').patient.astype(int) // 100
    yield 'no test laboratory was trained on', not set(preds.patient.astype(int) // 100) & set(seen)
    yield 'areas and regions name the same tissues', set(areas[areas.tiles > 0]['class']) == drawn
    yield 'the map was compared with the truth', read(slides/'run.json')['agreement']['tissue_tiles'] > 0
    cohort = pd.read_parquet(folder/'cohort'/'study'/'cohort.parquet')
    yield 'the cohort has slides, cores and patients', set(cohort.level) == {'slide', 'core', 'patient'}
    for f in ('tma_cores', 'cohort_survival', 'cohort_agreement'):
        yield f'the cohort has figures/{f}.png', (folder/'cohort'/'figures'/f'{f}.png').exists()
    yield 'metrics say that the data are simulated', read(folder/'metrics.json')['simulated'] is True


def test():
    with tempfile.TemporaryDirectory() as d:
        took = run(Path(d), 'test')
        found = list(checks(Path(d)))
    for claim, ok in found: print('ok  ' if ok else 'FAIL', claim)
    failed = sum(not ok for _, ok in found)
    print(f'chapters re-run in {took:.0f} s\n{len(found) - failed} passed, {failed} failed')
    if failed: sys.exit(1)


def _slim(source, to):
    "Copy a picture; a heavy one with 256 colours"
    from PIL import Image
    if source.stat().st_size < 300_000: shutil.copy(source, to)
    else: Image.open(source).convert('RGB').quantize(256, dither=Image.Dither.NONE).save(to, optimize=True)


def keep():
    "The record of the demo for chapter 04 and the README, and its pictures"
    folder, kept = ROOT/'runs'/'demo', ROOT/'nbs'/'demo'
    if not (folder/'slides'/'slide'/'run.json').exists():
        sys.exit('no finished demo in runs/demo: run `make demo` first')
    kept.mkdir(exist_ok=True)
    config = read(folder/'config.json')
    config.pop('data_root', None)   # a place on this machine
    (kept/'config.json').write_text(json.dumps(config, indent=1) + '\n', encoding='utf8')
    for f in ('manifest.json', 'metrics.json', 'history.csv', 'predictions_val.parquet', 'predictions_test.parquet'):
        shutil.copy(folder/f, kept/f)
    shutil.copy(folder/'slides'/'slide'/'run.json', kept/'slide_run.json')
    for part in ('colour', 'model'): (kept/part).mkdir(exist_ok=True)
    shutil.copy(folder/'colour'/'predictions_test.parquet', kept/'colour'/'predictions_test.parquet')
    # facts without patches: chapter 04 reads the temperature
    bundle = {k: v for k, v in read(folder/'model'/'model.json').items() if k != 'golden'}
    (kept/'model'/'model.json').write_text(json.dumps(bundle, indent=1) + '\n', encoding='utf8')
    slide = folder/'slides'/'slide'
    for f in [*(folder/'figures').glob('*.png'), slide/'panel.png', slide/'overlay.png']:
        _slim(f, ROOT/'figures'/f.name)
    print('kept: nbs/demo/ and figures/. Now execute again the chapters that read them, nbs/00d_plots, '
          '04_evaluate, 04a to 04d and index.ipynb, and run `make readme`')


if __name__ == '__main__':
    todo = dict(demo=demo, test=test, keep=keep)
    if len(sys.argv) != 2 or sys.argv[1] not in todo: sys.exit(__doc__)
    todo[sys.argv[1]]()
