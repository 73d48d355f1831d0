"""How right is a map of real tissue? Lung fields with drawn masks, every field tested once by a model that has not seen it.

    python .github/scripts/lung_fields.py <folder with img/ and mask/>   # about 10 minutes on one core; prints a table

The folder is the validation part of the WSSS4LUAD challenge (0 tumour, 1 stroma, 2 normal, 3 white background). A patch of 48 px is asked for the
class of its middle; patches are drawn evenly from the classes, and within a class evenly from the fields that have it; all eight symmetries, jitter of the stains' strength. Nothing was
chosen by the result: one run, this code.
"""
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from ihc_tissue.model import create_model
from ihc_tissue.trust import symmetries

CLASSES, PX, STEP, FOLDS, STEPS, BS = ('tumour', 'stroma', 'normal', 'background'), 48, 12, 5, 250, 64


def fields(folder):
    "Images padded by half a patch, and their masks, by name"
    half = PX // 2
    pairs = [(np.asarray(Image.open(p).convert('RGB')), np.asarray(Image.open(folder/'mask'/f'{p.stem}.png'))) for p in sorted((folder/'img').iterdir())]
    return [np.pad(i, ((half, half), (half, half), (0, 0)), mode='reflect') for i, _ in pairs], [m for _, m in pairs]


def folds(masks):
    "A fold for every field; fields with normal tissue, of which there are few, are dealt out first"
    order = sorted(range(len(masks)), key=lambda i: (not (masks[i] == 2).any(), np.random.default_rng(i).random()))
    fold = np.empty(len(masks), int)
    fold[order] = np.arange(len(masks)) % FOLDS
    return fold


def batch(images, masks, use, where, rng):
    "Patches whose middles are drawn evenly from the classes"
    y = rng.integers(0, len(CLASSES), BS)
    x = np.empty((BS, PX, PX, 3), np.uint8)
    for k, c in enumerate(y):
        i = use[c][rng.integers(len(use[c]))]
        at = where[i][c][rng.integers(len(where[i][c]))]
        r, q = divmod(at, masks[i].shape[1])
        x[k] = images[i][r:r + PX, q:q + PX]
    od = -torch.log((torch.from_numpy(x).permute(0, 3, 1, 2).float() + 1) / 256)
    od = od * (1 + .2 * torch.randn(BS, 1, 1, 1) + .07 * torch.randn(BS, 3, 1, 1)).clamp(.4, 2)
    return scaled(torch.exp(-od), symmetry=rng.integers(8)), torch.from_numpy(y)


def scaled(light, symmetry=0):
    return symmetries((light - .75) / .2)[symmetry].contiguous(memory_format=torch.channels_last)


def train(images, masks, chosen, seed):
    "A network for the fields `chosen`"
    rng = np.random.default_rng(seed); torch.manual_seed(seed)
    where = {i: [np.flatnonzero(masks[i] == c) for c in range(len(CLASSES))] for i in chosen}
    use = [[i for i in chosen if len(where[i][c])] for c in range(len(CLASSES))]
    net = create_model('resnet10t', len(CLASSES)).train()
    opt = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=.05)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, 2e-3, total_steps=STEPS)
    for _ in range(STEPS):
        x, y = batch(images, masks, use, where, rng)
        F.cross_entropy(net(x), y, label_smoothing=.05).backward()
        opt.step(); opt.zero_grad(); plan.step()
    return net.eval()


def map_field(net, image):
    "Class of every pixel: probabilities every `STEP` px, interpolated"
    h, w = image.shape[0] - PX, image.shape[1] - PX
    rows, cols = (np.minimum(np.arange(STEP // 2, n + STEP // 2, STEP), n - 1) for n in (h, w))
    out = []
    with torch.inference_mode():
        for r in rows:
            x = torch.from_numpy(np.stack([image[r:r + PX, q:q + PX] for q in cols])).permute(0, 3, 1, 2).float()
            out.append(net(scaled((x + 1) / 256)).softmax(1))
    p = torch.stack(out).permute(2, 0, 1)[None]
    return F.interpolate(p, size=(len(rows) * STEP, len(cols) * STEP), mode='bilinear')[0, :, :h, :w].argmax(0).numpy()


def report(confusions):
    "IoU of each class, mean IoU, pixel accuracy, with 95 % intervals from 2,000 bootstraps of the fields; areas"
    c, rng, k = np.stack(confusions), np.random.default_rng(0), len(CLASSES)
    def measure(m): iou = np.diag(m) / np.maximum(1, m.sum(0) + m.sum(1) - np.diag(m)); return np.r_[iou, iou.mean(), np.trace(m) / m.sum()]
    boot = np.stack([measure(c[rng.integers(0, len(c), len(c))].sum(0)) for _ in range(2000)])
    for name, v, lo, hi in zip([f'IoU {n}' for n in CLASSES] + ['mean IoU', 'pixel accuracy'], measure(c.sum(0)), *np.quantile(boot, (.025, .975), 0)):
        print(f'{name:16} {v:.3f} ({lo:.3f} to {hi:.3f})')
    true, said = c.sum(2)[:, :k - 1], c.sum(1)[:, :k - 1]
    print(f"tumour's share of tissue: {said[:, 0].sum() / said.sum():.3f} mapped, {true[:, 0].sum() / true.sum():.3f} drawn; "
          f'off by {np.abs(said[:, 0] / said.sum(1) - true[:, 0] / true.sum(1)).mean():.3f} in a field on average')
    print('confusion (rows: drawn), % of all pixels:', (100 * c.sum(0) / c.sum()).round(1).tolist())


def main(folder):
    torch.set_num_threads(1)
    if not (folder/'mask').is_dir(): sys.exit(f'no lung fields at {folder}: expected img/ and mask/')
    images, masks = fields(folder)
    fold, confusions, began = folds(masks), [], time.time()
    for f in range(FOLDS):
        net = train(images, masks, np.flatnonzero(fold != f), f)
        for i in np.flatnonzero(fold == f):
            confusions.append(np.bincount(len(CLASSES) * masks[i].ravel() + map_field(net, images[i]).ravel(), minlength=len(CLASSES)**2).reshape((len(CLASSES),) * 2))
        print(f'fold {f + 1} of {FOLDS}: {time.time() - began:.0f} s', flush=True)
    report(confusions)


if __name__ == '__main__': main(Path(sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)))
