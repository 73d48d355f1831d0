"Build source distribution and wheel, install it without the dev pins into an environment of its own, try all commands"
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

NO_NETWORK = """
import socket, sys
def refuse(*a, **k): sys.exit('importing the package opened a network connection')
socket.socket.connect = socket.create_connection = refuse
import importlib, pkgutil, ihc_tissue
for m in pkgutil.walk_packages(ihc_tissue.__path__, 'ihc_tissue.'):
    importlib.import_module(m.name)
    print('ok   import', m.name)
"""
REPRODUCED = """
from ihc_tissue.evaluate import *
t = classification_table(published(), published().index).f1.round(4)
assert (t['accuracy'], t['macro avg'], t['weighted avg']) == (.8240, .8013, .8205), t
print('ok   the published table is reproduced')
"""
MISTAKES = ('ihc_train empty r', 'ihc_pack nowhere p', 'ihc_evaluate empty', 'ihc_fetch f --file gone.zip',
            'ihc_export empty e', 'ihc_explore empty', 'ihc_wsi not-a-slide.svs --model empty --out o',
            'ihc_score not-a-slide.svs --regions all --marker Ki67 --out o')


def run(*cmd, **kw): return subprocess.run([str(c) for c in cmd], check=True, cwd=kw.pop('cwd', None), **kw)


def main():
    cfg = ConfigParser(delimiters=['='], interpolation=None)
    cfg.read(ROOT/'settings.ini')
    commands = [line.split('=')[0].strip() for line in cfg['DEFAULT']['console_scripts'].split('\n') if line.strip()]
    with tempfile.TemporaryDirectory() as d:
        d, bin_ = Path(d), Path(d)/'env'/'bin'
        run(sys.executable, '-m', 'venv', d/'env')
        run(bin_/'pip', 'install', '-q', 'build', 'wheel', 'setuptools')
        # the wheel is built from the source distribution: a file that this lacks is missed here
        run(bin_/'python', '-m', 'build', '--no-isolation', '--outdir', d/'dist', ROOT, stdout=subprocess.DEVNULL)
        run(bin_/'pip', 'install', '-q', *(d/'dist').glob('*.whl'))
        have = subprocess.run([bin_/'pip', 'list', '--format=freeze'], capture_output=True, text=True).stdout.lower()
        for unwanted in ('nbdev', 'jupyterlab', 'notebook', 'papermill'):
            if f'\n{unwanted}==' in '\n' + have: sys.exit(f'installing the wheel brings {unwanted}')
        run(bin_/'python', '-c', NO_NETWORK, cwd=d)
        run(bin_/'python', '-c', REPRODUCED, cwd=d)
        for c in commands:
            out = subprocess.run([bin_/c, '--help'], capture_output=True, text=True, cwd=d)
            if out.returncode or 'usage' not in out.stdout: sys.exit(f'{c} --help fails: {out.stderr}')
            print('ok  ', c, '--help')
        (d/'empty').mkdir()
        (d/'not-a-slide.svs').write_text('hello')
        for cmd in MISTAKES:
            command, *args = cmd.split()
            out = subprocess.run([bin_/command, *args], capture_output=True, text=True, cwd=d)
            if out.returncode != 1 or len(out.stderr.strip().splitlines()) != 1:
                sys.exit(f'{cmd} should fail in one line: {out.returncode} {out.stderr}')
            print('ok  ', out.stderr.strip())
        run(bin_/'ihc_simulate', 'data', '--patches', '140', '--slide-mm2', '0.5', cwd=d)
        run(bin_/'ihc_train', 'data', 'run', '--arch', 'test_efficientnet', '--epochs', '2', '--sizes', '32', cwd=d)
        run(bin_/'ihc_evaluate', 'run', cwd=d)
        run(bin_/'ihc_wsi', 'data/slide.tif', '--model', 'run/model', '--out', 'slides', cwd=d)
        # scored on the true regions: the map of so poor a model may hold no tumour
        truth = 'data/slide.truth/regions.geojson'
        run(bin_/'ihc_score', 'data/slide.tif', '--regions', truth, '--marker', 'Ki67', '--out', 'slides', cwd=d)
        made = ', '.join(sorted(p.name for p in (d/'slides'/'slide').iterdir()))
        print('the wheel works in an environment of its own:', made)


if __name__ == '__main__': main()
