"Write README.md from nbs/index.ipynb, and README.ko.md from index.ko.ipynb (`--check`: only say whether they differ)"
import re
import sys
from pathlib import Path
import nbformat

ROOT = Path(__file__).resolve().parents[2]


def fence(text, kind=''):
    return f'```{kind}\n{text.rstrip()}\n```'


def outputs(cell):
    "The outputs of a code cell as Markdown"
    for o in cell.get('outputs', []):
        data = o.get('data', {})
        if 'text/markdown' in data: yield ''.join(data['text/markdown'])
        elif o.get('name') == 'stdout': yield fence(''.join(o['text']))
        elif 'text/plain' in data and 'image/png' not in data: yield fence(''.join(data['text/plain']))


def readme(nb, name):
    "The notebook as the text of a README: hidden cells stay out, figures are taken from the repository's root"
    parts = []
    for cell in nb.cells:
        if cell.cell_type == 'markdown': parts.append(cell.source)
        elif cell.cell_type == 'code' and '#| hide' not in cell.source.splitlines()[:1]:
            echo = not cell.source.startswith('#| echo: false')
            parts += [fence(cell.source, 'python')] * echo + list(outputs(cell))
    text = '\n\n'.join(p.strip() for p in parts if p.strip())
    text = re.sub(r'\]\((?:\.\./)', '](', text)
    return f'<!-- Made from nbs/{name} by `make readme`: edit the notebook. -->\n\n' + text + '\n'


def main(check):
    for lang in ('', '.ko'):
        name, path = f'index{lang}.ipynb', ROOT/f'README{lang}.md'
        want = readme(nbformat.read(ROOT/'nbs'/name, 4), name)
        if not check: path.write_text(want, encoding='utf8')
        elif path.read_text(encoding='utf8') != want:
            sys.exit(f'{path.name} differs from nbs/{name}: run `make readme`')


if __name__ == '__main__': main('--check' in sys.argv)
