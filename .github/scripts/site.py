"""Build the site from the notebooks: chapters, reference of the package and of the commands, how-to pages, the study.

    python .github/scripts/site.py          # into build/site/
    python .github/scripts/site.py --open   # and show it in a browser
"""
import ast
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import webbrowser
from configparser import ConfigParser
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[2]
NBS, PAGES, SOURCE, SITE = ROOT/'nbs', ROOT/'nbs'/'site', ROOT/'build'/'site-source', ROOT/'build'/'site'
CHAPTERS = [('Data', '01'), ('Network and training', '02 03'), ('Evaluation', '04'), ('Slides', '05'),
            ('Cells and scores', '06'), ('Cohorts', '07'), ('Viewer', '08'), ('Speed and installation', '09'),
            ('Simulation', '10'), ('Tutorial', '11'), ('Foundations', '00')]


def chapters(): return sorted(p for p in NBS.glob('[0-9]*_*.ipynb'))


def page_name(path):
    "The page of a notebook: its name without dots, which Sphinx would take for suffixes"
    return path.stem.replace('.', '-')


# ---- notebooks

def shown(cell):
    "A cell as the site shows it, or None: no directives of nbdev, no hidden cells"
    source = ''.join(cell['source'])
    first = source.splitlines()[:1] or ['']
    if cell['cell_type'] == 'code':
        if re.match(r'#\|\s*(hide|default_exp)', first[0]): return None
        tags = ['remove-input'] if '#| echo: false' in source else []
        source = '\n'.join(line for line in source.splitlines() if not line.startswith('#|')).strip('\n')
        if not source: return None
        outputs = [o for o in cell['outputs'] if o.get('name') != 'stderr']
        return cell | dict(source=source, outputs=outputs, metadata=dict(tags=tags))
    return cell | dict(source=fix_links(source), metadata={})


def fix_links(text):
    "Links between notebooks, to figures and to files of the repository, as the site has them"
    text = re.sub(r'\]\((?:\.\./)?(?:nbs/)?([0-9][\w.-]*?)\.ipynb(#[^)]*)?\)',
                  lambda m: f"]({m[1].replace('.', '-')}.ipynb{(m[2] or '').lower()})", text)
    text = re.sub(r'\]\((?:\.\./)?figures/', '](figures/', text)
    return re.sub(r'\]\((?:\.\./)?(CONTRIBUTING|CHANGELOG|README(?:\.ko)?)\.md\)',
                  lambda m: f"]({m[1].replace('README', 'readme').lower().replace('.', '-')}.md)", text)


def copy_notebook(path, target):
    nb = json.loads(path.read_text(encoding='utf8'))
    nb['cells'] = [c for c in map(shown, nb['cells']) if c]
    nb['metadata'] = dict(kernelspec=dict(display_name='Python 3', language='python', name='python3'),
                          language_info=dict(name='python'))
    target.write_text(json.dumps(nb, ensure_ascii=False), encoding='utf8')


# ---- reference of the package

def documented(obj):
    "Parameters and result of a function as lines of Markdown"
    from fastcore.docments import docments
    try: found = docments(obj, full=True)
    except (TypeError, ValueError, AttributeError, SyntaxError): return
    for name, p in found.items():
        if name in ('self', 'return') or not p.docment: continue
        default = '' if p.default is inspect.Parameter.empty else f', default `{p.default!r}`'
        kind = getattr(p.anno, '__name__', '') if p.anno is not inspect.Parameter.empty else ''
        kind = f' ({kind}{default})' if kind and kind != '_empty' else f' ({default[2:]})' if default else ''
        yield f'- `{name}`{kind}: {plain(p.docment)}'
    result = found.get('return')
    if result and result.docment: yield f'- returns: {plain(result.docment)}'


def plain(text):
    "A comment of the code as Markdown text"
    return re.sub(r'([<>*_])', r'\\\1', ' '.join(text.split())) if '`' not in text else ' '.join(text.split())


def call_form(name, obj):
    "How a function is called, as a block of code"
    try: text = f'{name}{inspect.signature(obj)}'
    except (TypeError, ValueError): return
    text = re.sub(r'\b(?:[a-z_]+\.)+(?=[A-Z])', '', text).removesuffix(' -> None')   # modules of annotations
    text = re.sub(r"(->|:) '([^']*)'", r'\1 \2', text)
    text = '\n'.join(textwrap.wrap(text, 100, subsequent_indent=' ' * 4, break_long_words=False))
    try: ast.parse(f'def {text}: ...')
    except SyntaxError: lexer = 'text'
    else: lexer = 'python'
    yield f'~~~{lexer}\n{text}\n~~~\n'


def entry(name, obj):
    "One public name as Markdown"
    yield f'## {name}\n'
    if callable(obj): yield from call_form(name, obj)
    text = inspect.getdoc(obj) if callable(obj) else ''
    if text: yield plain(text) + '\n'
    if callable(obj): yield from documented(obj)
    yield ''


def module_page(module, notebook):
    "The reference of one module as Markdown"
    yield f'# {module.__name__.removeprefix("ihc_tissue.")}\n'
    yield plain(module.__doc__ or '') + '\n'
    yield f'Chapter: [{notebook.stem}](../{page_name(notebook)}.ipynb)\n'
    for name in getattr(module, '__all__', ()):
        obj = getattr(module, name, None)
        if inspect.ismodule(obj) or obj is None: continue
        yield from entry(name, obj)


def write_reference(folder):
    "One page for each module, in the order of the notebooks; the names of the pages"
    folder.mkdir()
    for path in chapters():
        match = re.search(r'default_exp ([\w.]+)', path.read_text(encoding='utf8'))
        if not match: continue
        module = importlib.import_module(f'ihc_tissue.{match[1]}')
        name = match[1].replace('.', '-')
        (folder/f'{name}.md').write_text('\n'.join(module_page(module, path)), encoding='utf8')
        yield f'{folder.name}/{name}'


# ---- reference of the commands

def commands():
    "Names of the console scripts and where they are"
    cfg = ConfigParser(delimiters=['='], interpolation=None)
    cfg.read(ROOT/'settings.ini', encoding='utf8')
    lines = cfg['DEFAULT']['console_scripts'].strip().splitlines()
    return {name.strip(): target.strip() for name, target in (line.split('=') for line in lines)}


def help_text(name, target):
    module, func = target.split(':')
    code = f'import sys; sys.argv = ["{name}", "--help"]; from {module} import {func}; {func}()'
    env = dict(os.environ, COLUMNS='100')
    return subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, env=env, check=True).stdout


def write_commands(path):
    parts = ['# Commands\n', 'Each command explains itself with `--help`; these are the texts.\n']
    for name, target in sorted(commands().items()):
        parts.append(f'## {name}\n\n~~~text\n{help_text(name, target).rstrip()}\n~~~\n')
    path.write_text('\n'.join(parts), encoding='utf8')


# ---- the pages around them

def numbers():
    "What the kept demo measured, for the pages that quote it"
    m = json.loads((NBS/'demo'/'metrics.json').read_text(encoding='utf8'))
    a = json.loads((NBS/'demo'/'slide_run.json').read_text(encoding='utf8'))['agreement']
    return dict(accuracy=f"{m['accuracy']:.3f}", macro_f1=f"{m['macro_f1']:.3f}", patches=f"{m['n']:,}",
                regions=f"{m['regions']:,}", tiles=f"{a['tissue_tiles']:,}", agreement=f"{a['tissue_agreement']:.3f}")


def toctree(pages, caption='', *, hidden=True, depth=1):
    options = [f':maxdepth: {depth}', *([f':caption: {caption}'] if caption else []), *([':hidden:'] if hidden else [])]
    return '\n'.join(['```{toctree}', *options, '', *pages, '```', ''])


def chapter_lists():
    "The table of contents: chapters by topic"
    for caption, starts in CHAPTERS:
        names = [page_name(p) for p in chapters() if p.name[:2] in starts.split()]
        if names: yield toctree(names, caption, hidden=False)


def write_pages(reference):
    "Front page, chapters, reference, study, how-to pages, changelog"
    for p in PAGES.glob('*.md'):
        text = Template(p.read_text(encoding='utf8')).safe_substitute(numbers())
        (SOURCE/p.name).write_text(fix_links(text), encoding='utf8')
    for name in ('CHANGELOG', 'CONTRIBUTING'):
        text = fix_links((ROOT/f'{name}.md').read_text(encoding='utf8'))
        text = text.replace('](nbs/validation.md)', '](validation.md)')
        (SOURCE/f'{name.lower()}.md').write_text(text, encoding='utf8')
    (SOURCE/'validation.md').write_text(fix_links((NBS/'validation.md').read_text(encoding='utf8')), encoding='utf8')
    (SOURCE/'chapters.md').write_text('\n'.join(['# Chapters\n', 'A whole number is a chapter that answers a question; '
                                                 'a letter after it is the code behind it.\n', *chapter_lists()]),
                                      encoding='utf8')
    (SOURCE/'reference.md').write_text('\n'.join([
        '# Reference\n', 'The public names of every module, as the notebooks document them.\n',
        toctree(reference, hidden=False)]), encoding='utf8')


def build():
    "The site in build/site; any warning is an error"
    for folder in (SOURCE, SITE):
        if folder.exists(): shutil.rmtree(folder)
    SOURCE.mkdir(parents=True)
    for path in chapters(): copy_notebook(path, SOURCE/f'{page_name(path)}.ipynb')
    shutil.copytree(ROOT/'figures', SOURCE/'figures')
    shutil.copytree(PAGES/'_static', SOURCE/'_static')
    for f in (PAGES/'conf.py', ROOT/'settings.ini'): shutil.copy(f, SOURCE)
    write_pages(list(write_reference(SOURCE/'api')))
    write_commands(SOURCE/'commands.md')
    subprocess.run([sys.executable, '-m', 'sphinx', '-q', '-W', '--keep-going', '-b', 'html', SOURCE, SITE], check=True)


OUTSIDE = re.compile(r'<(?:script|img|iframe|source)[^>]*\ssrc="(?:https?:)?//'
                     r'|<link[^>]*rel="(?:stylesheet|preload|icon)[^>]*href="(?:https?:)?//'
                     r'|url\((?:https?:)?//|@import\s+"https?:')


def faults():
    "What a reader would stumble over: addresses asked for elsewhere, directives of nbdev, empty pages"
    for page in sorted(SITE.rglob('*.html')):
        text = page.read_text(encoding='utf8')
        if OUTSIDE.search(text): yield f'{page.name} asks another address for a file: {OUTSIDE.search(text)[0]}'
        if re.search(r'<span class="c1">#\|', text): yield f'{page.name} shows a directive of nbdev'
    for path in chapters():
        if not (SITE/f'{page_name(path)}.html').exists(): yield f'{path.name} has no page'
    if 'mathjax/tex-svg.js' not in (SITE/'02_sam.html').read_text(encoding='utf8'): yield 'formulas would not show'


def main():
    build()
    bad = list(faults())
    print(*bad, sep='\n', end='\n' if bad else '', file=sys.stderr)
    if bad: sys.exit(1)
    folder = SITE.relative_to(ROOT)
    print(f'{len(list(SITE.rglob("*.html")))} pages in {folder}: open {folder}/index.html')
    if '--open' in sys.argv: webbrowser.open((SITE/'index.html').as_uri())


if __name__ == '__main__': main()
