"""How right is a map of real tissue? Lung fields with drawn masks, every field tested by a model that has not seen it.

    python .github/scripts/lung_fields.py <folder with img/ and mask/>   # about 25 minutes on one core; prints tables

The folder is the validation part of the WSSS4LUAD challenge (0 tumour, 1 stroma, 2 normal, 3 white background).
The class of a patch of 48 px is that of its middle.
Patches are drawn evenly from the classes, and within a class evenly from the fields that have it.
Symmetries, stain and light are varied as in the recipe `best`.
This plain setting is tested on all fields, and nothing about it was chosen by the result.
Then, does it help to see 96 px at half the resolution beside the 48 px, or to train longer?
The first fold decides between four settings, and the winner is tested on the other folds.
"""
import sys
from functools import partial
from pathlib import Path

import numpy as np
import timm
import torch
import torch.nn.functional as F
from PIL import Image

from ihc_tissue.model.bundle import init_near_identity
from ihc_tissue.train.augment import Augment, Prepare

CLASSES, PX, STEP, FOLDS, BS = ('tumour', 'stroma', 'normal', 'background'), 48, 12, 5, 64
# name: (context, steps)
SETTINGS = {'plain': (False, 250), 'longer': (False, 500), 'context': (True, 250), 'context, longer': (True, 500)}
SCALE = dict(mean=(.75,) * 3, std=(.2,) * 3)
VARIED, PLAIN = Prepare(Augment('dihedral', jitter=.5, stain=.1), **SCALE), Prepare(**SCALE)


def fields(folder):
    "Images padded by a patch, and their masks"
    paths = sorted((folder/'img').iterdir())
    images = [np.asarray(Image.open(p).convert('RGB')) for p in paths]
    masks = [np.asarray(Image.open(folder/'mask'/f'{p.stem}.png')) for p in paths]
    return [np.pad(i, ((PX, PX), (PX, PX), (0, 0)), mode='reflect') for i in images], masks


def folds(masks):
    "A fold for every field; fields with normal tissue, of which there are few, are dealt out first"
    order = sorted(range(len(masks)), key=lambda i: (not (masks[i] == 2).any(), np.random.default_rng(i).random()))
    fold = np.empty(len(masks), int)
    fold[order] = np.arange(len(masks)) % FOLDS
    return fold


def crop(image, r, q, context):
    "The patch around pixel (r, q) of a field, twice as wide with `context`"
    half = PX if context else PX // 2
    return image[r + PX - half:r + PX + half, q + PX - half:q + PX + half]


def batch(images, masks, use, where, rng, context):
    "Patches whose middles are drawn evenly from the classes"
    y, x = rng.integers(0, len(CLASSES), BS), []
    for c in y:
        i = use[c][rng.integers(len(use[c]))]
        x.append(crop(images[i], *divmod(where[i][c][rng.integers(len(where[i][c]))], masks[i].shape[1]), context))
    return pixels(x), torch.from_numpy(y)


def pixels(x): return torch.from_numpy(np.stack(x)).permute(0, 3, 1, 2)


def views(x, context):
    "The middle of a patch, with `context` beside the whole of it at half the resolution: six channels"
    if not context: return x
    near = slice(PX // 2, PX // 2 + PX)
    return torch.cat([x[:, :, near, near], F.avg_pool2d(x, 2)], 1).contiguous(memory_format=torch.channels_last)


def train(images, masks, chosen, seed, context, steps):
    "A network for the fields `chosen`"
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    where = {i: [np.flatnonzero(masks[i] == c) for c in range(len(CLASSES))] for i in chosen}
    use = [[i for i in chosen if len(where[i][c])] for c in range(len(CLASSES))]
    net = timm.create_model('resnet10t', num_classes=len(CLASSES), in_chans=6 if context else 3)
    net = net.to(memory_format=torch.channels_last).train()
    init_near_identity(net)
    opt = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=.05)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, 2e-3, total_steps=steps)
    for _ in range(steps):
        x, y = VARIED(batch(images, masks, use, where, rng, context))
        F.cross_entropy(net(views(x, context)), y, label_smoothing=.05).backward()
        opt.step()
        opt.zero_grad()
        plan.step()
    return net.eval()


def map_field(net, image, context):
    "Class of every pixel: probabilities every `STEP` px, interpolated"
    h, w = (n - 2 * PX for n in image.shape[:2])
    rows, cols = (np.minimum(np.arange(STEP // 2, n + STEP // 2, STEP), n - 1) for n in (h, w))
    out = []
    with torch.inference_mode():
        for r in rows:
            x, = PLAIN([pixels([crop(image, r, q, context) for q in cols])])
            out.append(net(views(x, context)).softmax(1))
    p = torch.stack(out).permute(2, 0, 1)[None]
    return F.interpolate(p, size=(len(rows) * STEP, len(cols) * STEP), mode='bilinear')[0, :, :h, :w].argmax(0).numpy()


def tested(images, masks, fold, f, context, steps):
    "A confusion matrix (rows: drawn) for every field of fold `f`, mapped by a network trained on the other folds"
    net, k = train(images, masks, np.flatnonzero(fold != f), f, context, steps), len(CLASSES)
    mine = np.flatnonzero(fold == f)
    pairs = [k * masks[i].ravel() + map_field(net, images[i], context).ravel() for i in mine]
    return [np.bincount(p, minlength=k**2).reshape(k, k) for p in pairs]


def measure(m):
    "IoU of each class, their mean, and the pixel accuracy, from a confusion matrix"
    iou = np.diag(m) / np.maximum(1, m.sum(0) + m.sum(1) - np.diag(m))
    return np.r_[iou, iou.mean(), np.trace(m) / m.sum()]


def report(title, confusions):
    "What `measure` says, with 95 % intervals from 2,000 bootstraps of the fields; areas"
    c, rng, k = np.stack(confusions), np.random.default_rng(0), len(CLASSES)
    boot = np.stack([measure(c[rng.integers(0, len(c), len(c))].sum(0)) for _ in range(2000)])
    print(f'\n{title}, {len(c)} fields')
    names = [f'IoU {n}' for n in CLASSES] + ['mean IoU', 'pixel accuracy']
    for name, v, lo, hi in zip(names, measure(c.sum(0)), *np.quantile(boot, (.025, .975), 0)):
        print(f'{name:16} {v:.3f} ({lo:.3f} to {hi:.3f})')
    true, mapped = c.sum(2)[:, :k - 1], c.sum(1)[:, :k - 1]
    off = np.abs(mapped[:, 0] / mapped.sum(1) - true[:, 0] / true.sum(1)).mean()
    print(f"tumour's proportion of tissue: {mapped[:, 0].sum() / mapped.sum():.3f} mapped, "
          f'{true[:, 0].sum() / true.sum():.3f} drawn; off by {off:.3f} in a field on average')
    percent = (100 * c.sum(0) / c.sum()).round(1).tolist()
    print('confusion (rows: drawn), % of all pixels:', percent, flush=True)


def main(folder):
    torch.set_num_threads(1)
    if not (folder/'mask').is_dir(): sys.exit(f'no lung fields at {folder}: expected img/ and mask/')
    images, masks = fields(folder)
    test, rest = partial(tested, images, masks, folds(masks)), range(1, FOLDS)
    first = {name: test(0, *s) for name, s in SETTINGS.items()}
    score = {name: measure(sum(c))[-2] for name, c in first.items()}
    best = max(score, key=score.get)
    print('mean IoU on the first fold, which decides:', {n: round(float(v), 3) for n, v in score.items()}, flush=True)
    others = [c for f in rest for c in test(f, *SETTINGS['plain'])]
    report('plain, every fold', first['plain'] + others)
    report('plain, folds 2 to 5', others)
    if best != 'plain': report(f'{best}, folds 2 to 5', [c for f in rest for c in test(f, *SETTINGS[best])])


if __name__ == '__main__': main(Path(sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)))
