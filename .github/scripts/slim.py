"""Make the pictures in notebook outputs small: PNGs of at most 256 colours, large ones of 96, where that saves bytes.
In printed outputs the path of a temporary folder becomes `tmp`, so that no path of one machine is kept.

    python .github/scripts/slim.py nbs/03b_train.augment.ipynb ...    # default: every notebook
"""
import base64
import io
import json
import re
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
LARGE = 30_000   # bytes
TEMPORARY = re.compile(r'(?:/[\w.-]+)*/tmp[a-z0-9_]{8}(?=/|\b)')   # of tempfile


def slim(png):
    "The same picture as bytes of a PNG with a palette, or as it was if that is smaller"
    for colours in (256, 96):
        out = io.BytesIO()
        image = Image.open(io.BytesIO(png)).convert('RGB')
        image.quantize(colours, dither=Image.Dither.NONE).save(out, 'PNG', optimize=True)
        png = min(out.getvalue(), png, key=len)
        if len(png) < LARGE: break
    return png


def printed(outputs):
    "The lists of lines, or texts, of outputs: (dictionary that holds them, key)"
    for o in outputs:
        if 'text' in o: yield o, 'text'
        yield from ((o['data'], key) for key in o.get('data', {}) if key.startswith('text/'))


def main(paths):
    for path in paths:
        before, nb = path.stat().st_size, json.loads(path.read_text(encoding='utf8'))
        outputs = [o for c in nb['cells'] for o in c.get('outputs', [])]
        for at, key in printed(outputs): at[key] = TEMPORARY.sub('tmp', ''.join(at[key])).splitlines(True)
        for data in (o['data'] for o in outputs if 'image/png' in o.get('data', {})):
            data['image/png'] = base64.b64encode(slim(base64.b64decode(''.join(data['image/png'])))).decode()
        path.write_text(json.dumps(nb, indent=1, ensure_ascii=False) + '\n', encoding='utf8')
        after = path.stat().st_size
        if after != before: print(f'{path.name}: {before // 1000} kB, now {after // 1000} kB')


if __name__ == '__main__': main([Path(p) for p in sys.argv[1:]] or sorted((ROOT/'nbs').glob('*.ipynb')))
