"Do package, README, notebooks and pins agree, are notebooks clean, do packages import only downwards? Changes nothing"
import ast
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path

from constraints import LEFT_OUT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
BASE = ('core', 'files', 'cli', 'parallel', 'plots')
BELOW = {'data': BASE, 'simulate': BASE}   # package -> what it may import; completed below
NEXT = dict(model='data', train='model', evaluate='train', slide='model', cells='slide', score='cells', cohort='score',
            viewer='cohort')
for name, below in NEXT.items(): BELOW[name] = (*BELOW[below], below)
BELOW['cells'] += ('simulate',)    # crops of simulated sections train the detector of nuclei
BELOW |= {name: BASE[:k] for k, name in enumerate(BASE)}
BELOW['benchmarks'] = BELOW['doctor'] = BELOW['crossfit'] = BELOW['figures'] = tuple(BELOW)


def imported(path, package):
    "Line and absolute name of every module of the project that a file imports, at whatever depth"
    here = ('ihc_tissue', *path.relative_to(package).with_suffix('').parts)
    for node in ast.walk(ast.parse(path.read_text(encoding='utf8'))):
        if isinstance(node, ast.Import): names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = '.'.join(here[:-node.level]) if node.level else ''
            module = '.'.join(p for p in (base, node.module) if p)
            names = [f'{module}.{a.name}' for a in node.names] if module == 'ihc_tissue' else [module]
        else: continue
        for name in names:
            if name.split('.')[0] == 'ihc_tissue' and '.' in name: yield node.lineno, name


def upward(package):
    "Imports that look up the list of packages, as lines of text"
    for path in sorted(package.rglob('*.py')):
        own = path.relative_to(package).with_suffix('').parts[0]
        if own.startswith('_'): continue
        if own not in BELOW:
            yield f'{own} is in no list: name it and what it may import in .github/scripts/in_step.py'
            continue
        for line, name in imported(path, package):
            other = name.split('.')[1]
            if other not in (own, *BELOW[own]):
                allowed = ', '.join(BELOW[own]) or 'nothing'
                yield f'{path.relative_to(package.parent)}:{line}: {own} imports {name}, but may import only {allowed}'


HEAVY = ('torch', 'timm', 'fastai', 'pandas', 'matplotlib.pyplot', 'sklearn')


def slow_commands():
    "Console commands whose module imports a heavy library before it is needed"
    for line in (ROOT/'settings.ini').read_text(encoding='utf8').split('console_scripts')[1].splitlines()[1:]:
        if '=' not in line: continue
        name, _, target = line.strip().partition('=')
        there = "type(sys.modules.get(m)).__name__ not in ('NoneType', '_LazyModule')"   # a lazy one waits for its use
        code = f"import sys, {target.split(':')[0]}; print(*(m for m in {HEAVY} if {there}))"
        loaded = subprocess.run([sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        if loaded: yield f'{name} would start slowly: importing {target.split(":")[0]} imports {loaded}'


def blind():
    "Faults that the checks do not find in a planted example"
    with tempfile.TemporaryDirectory() as d:
        planted = Path(d)/'ihc_tissue'/'data'
        planted.mkdir(parents=True)
        code = 'from ..core import TISSUES\nfrom ..slide.mask import tissue_mask\n'
        (planted/'patches.py').write_text(code + "open(a)\nopen(a, 'rb')\np.read_text()\n", encoding='utf8')
        if len(list(upward(planted.parent))) != 1: yield 'the check of imports does not find an upward import'
        if len(list(vague(planted.parent))) != 2: yield 'the check of encodings does not find a planted one'


def missing_names(package):
    "Public names of the packages' __init__.pyi that cannot be imported"
    for stub in sorted(package.glob('*/__init__.pyi')):
        module = import_module(f'ihc_tissue.{stub.parent.name}')
        for name in module.__all__:
            try: getattr(module, name)
            except (AttributeError, ImportError) as e: yield f'{stub.relative_to(package.parent)}: {name}: {e}'


def crowded(package, most=10):
    "Packages with more modules than the chapter's own and nine behind it"
    for folder in sorted(p.parent for p in package.glob('*/__init__.py')):
        modules = [p for p in folder.glob('*.py') if not p.name.startswith('_')]
        if len(modules) > most: yield f'{folder.name} has {len(modules)} modules; at most {most}'


def vague(package):
    "Text files that are opened in whatever encoding the system prefers; on Windows that is not UTF-8"
    for path in sorted(package.rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf8'))):
            if not isinstance(node, ast.Call): continue
            name = getattr(node.func, 'attr', getattr(node.func, 'id', ''))
            given = {k.arg: getattr(k.value, 'value', None) for k in node.keywords}
            mode = ast.unparse(node.args[1]) if len(node.args) > 1 else str(given.get('mode'))
            opens = name in ('read_text', 'write_text', 'fdopen') or name == 'open' and isinstance(node.func, ast.Name)
            if opens and 'encoding' not in given and 'b' not in mode:
                yield f'{path.relative_to(package.parent)}:{node.lineno}: {name} without an encoding'


def unpinned():
    "Requirements for which constraints.txt has no version, or one that they do not allow"
    lines = (ROOT/'.github'/'constraints.txt').read_text(encoding='utf8').splitlines()
    pins = dict(line.split('==') for line in lines if '==' in line)
    cfg = ConfigParser(delimiters=['='], interpolation=None)
    cfg.read(ROOT/'settings.ini', encoding='utf8')
    for key, names in cfg['DEFAULT'].items():
        extra = key.removesuffix('_requirements')
        if not key.endswith('requirements') or extra in LEFT_OUT: continue
        for r in map(Requirement, names.split()):
            pin = pins.get(canonicalize_name(r.name))
            if pin is None or not r.specifier.contains(pin):
                yield f'constraints.txt has {pin or "nothing"} for {r} ({key}): run .github/scripts/constraints.py'


def numbers(notebooks):
    "Chapter numbers that stand twice"
    found = [p.name.split('_')[0] for p in notebooks.glob('*_*.ipynb')]
    for n in sorted({n for n in found if found.count(n) > 1}): yield f'two notebooks have the number {n}'


def differing(folder, copy, pattern):
    "Files below `folder` that are not the same in `copy`"
    names = {p.relative_to(r) for r in (folder, copy) for p in r.glob(pattern)}
    def same(n): return (folder/n).exists() and (copy/n).exists() and filecmp.cmp(folder/n, copy/n, False)
    return sorted(str(n) for n in names if not same(n))


def out_of_step():
    "Exported code and notebooks that differ from a fresh export and a fresh clean"
    with tempfile.TemporaryDirectory() as d:
        copy = Path(d)/ROOT.name
        left_out = ('.git', '.venv*', 'runs', 'build', 'figures', '__pycache__', '.ipynb_checkpoints')
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*left_out))
        env = dict(os.environ, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
        for p in (copy/'ihc_tissue').rglob('*.py'):
            if p.name != '__init__.py' or p.parent.name == 'ihc_tissue': p.unlink()
        for tool in ('nbdev_export', 'nbdev_clean'):
            subprocess.run([BIN/tool], cwd=copy, env=env, check=True, stdout=subprocess.DEVNULL)
        for f in differing(ROOT/'ihc_tissue', copy/'ihc_tissue', '**/*.py'):
            yield f'ihc_tissue/{f} differs from its notebook: run nbdev_export'
        for f in differing(ROOT/'nbs', copy/'nbs', '*.ipynb'): yield f'nbs/{f} is not clean: run nbdev_clean'


def main():
    package = ROOT/'ihc_tissue'
    bad = [*blind(), *upward(package), *numbers(ROOT/'nbs'), *crowded(package), *out_of_step(), *missing_names(package),
           *slow_commands(), *unpinned(), *vague(package)]
    print(*bad, sep='\n', end='\n' if bad else '', file=sys.stderr)
    readme = subprocess.run([sys.executable, Path(__file__).with_name('readme.py'), '--check']).returncode
    if readme or bad: sys.exit(1)
    print('in step: exported code, README and notebooks agree; packages import downwards only')


if __name__ == '__main__': main()
