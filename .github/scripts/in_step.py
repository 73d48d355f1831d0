"Are the exported code and README in step with the notebooks, and the notebooks clean? Works on a copy; changes nothing"
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def differing(folder, copy, pattern):
    "Files below `folder` that are not the same in `copy`"
    names = {p.relative_to(r) for r in (folder, copy) for p in r.glob(pattern)}
    return sorted(str(n) for n in names if not ((folder/n).exists() and (copy/n).exists() and filecmp.cmp(folder/n, copy/n, False)))


def main():
    with tempfile.TemporaryDirectory() as d:
        copy = Path(d)/ROOT.name
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns('.git', '.venv*', 'runs', 'build', 'figures', '__pycache__', '.ipynb_checkpoints'))
        env = dict(os.environ, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
        for p in (copy/'ihc_tissue').glob('*.py'): p.unlink()
        for tool in ('nbdev_export', 'nbdev_clean'): subprocess.run([BIN/tool], cwd=copy, env=env, check=True, stdout=subprocess.DEVNULL)
        bad = {'exported code differs from the notebooks (run nbdev_export)': differing(ROOT/'ihc_tissue', copy/'ihc_tissue', '*.py'),
               'notebooks are not clean (run nbdev_clean)': differing(ROOT/'nbs', copy/'nbs', '*.ipynb')}
    for what, files in bad.items():
        if files: print(f"{what}: {', '.join(files)}", file=sys.stderr)
    readme = subprocess.run([sys.executable, Path(__file__).with_name('readme.py'), '--check']).returncode
    if readme or any(bad.values()): sys.exit(1)
    print('in step: exported code, README and notebooks agree')


if __name__ == '__main__': main()
