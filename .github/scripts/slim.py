"""Make the pictures in notebook outputs small: PNGs of at most 256 colours, large ones of 96, wherever that saves bytes.

    python .github/scripts/slim.py nbs/03b_train.augment.ipynb ...    # default: every notebook
"""
import base64
import io
import json
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
LARGE = 30_000   # bytes


def slim(png):
    "The same picture as bytes of a PNG with a palette, or as it was if that is smaller"
    for colours in (256, 96):
        out = io.BytesIO()
        Image.open(io.BytesIO(png)).convert('RGB').quantize(colours, dither=Image.Dither.NONE).save(out, 'PNG', optimize=True)
        png = min(out.getvalue(), png, key=len)
        if len(png) < LARGE: break
    return png


def main(paths):
    for path in paths:
        before, nb = path.stat().st_size, json.loads(path.read_text(encoding='utf8'))
        for data in (o['data'] for c in nb['cells'] for o in c.get('outputs', []) if 'image/png' in o.get('data', {})):
            data['image/png'] = base64.b64encode(slim(base64.b64decode(''.join(data['image/png'])))).decode()
        path.write_text(json.dumps(nb, indent=1, ensure_ascii=False) + '\n', encoding='utf8')
        if path.stat().st_size != before: print(f'{path.name}: {before // 1000} kB, now {path.stat().st_size // 1000} kB')


if __name__ == '__main__': main([Path(p) for p in sys.argv[1:]] or sorted((ROOT/'nbs').glob('*.ipynb')))
