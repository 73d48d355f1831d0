"""Try the viewer in a real browser: Chromium, driven by Playwright. Skips, and says so, where one of them is absent.

    python .github/scripts/browser.py                     # all checks, on simulated slides
    python .github/scripts/browser.py figures/viewer.png  # the same, and a picture of the page
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

VIEW = 'import sys; from ihc_tissue.viewer.run import ihc_view; sys.argv[0] = "ihc_view"; ihc_view()'
PATIENCE = 240_000    # ms, for a machine that is busy
HOSTILE = '<img src=x onerror=alert(1)>'   # a class of regions
SHIFTS = """window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(e => {
  if (!e.hadRecentInput) window.shifts += e.value; })).observe({type: 'layout-shift', buffered: true});"""
ZOOM = """async by => {   // zoom at once; seconds until every layer has its tiles
  const items = () => [...Array(viewer.world.getItemCount()).keys()].map(i => viewer.world.getItemAt(i));
  const frame = () => new Promise(requestAnimationFrame), start = performance.now();
  viewer.viewport.zoomBy(by, undefined, true);
  do await frame(); while (!items().every(i => i.getFullyLoaded()) || viewer.world.needsDraw());
  return (performance.now() - start) / 1000; }"""
SENT = """performance.getEntriesByType('resource').filter(e => /tile|layer/.test(e.name) && e.transferSize)
  .map(e => e.name)"""   # what did not come from the browser's cache
CORNERS = [(100, 100), (3700, 100), (100, 2700), (3700, 2700)]   # of 200 px squares on a slide of 4000 x 3000 px


def fiducials(folder):
    "A white slide with four black squares, each a region, and tiles with known probabilities"
    import numpy as np
    import pandas as pd
    import shapely
    import tifffile
    from ihc_tissue.files import write_json
    from ihc_tissue.slide.geojson import save_geojson
    from ihc_tissue.slide.reading import slide_fingerprint
    image = np.full((3000, 4000, 3), 245, np.uint8)
    for x, y in CORNERS: image[y:y + 200, x:x + 200] = 0
    path = folder/'squares.tif'
    scale = dict(resolution=(40_000, 40_000), resolutionunit='CENTIMETER')     # 0.25 um per pixel
    tifffile.imwrite(path, image, tile=(256, 256), photometric='rgb', **scale)
    out = folder/'maps'/'squares'
    out.mkdir(parents=True)
    save_geojson(out/'regions.geojson', {'Tumor': [shapely.box(x, y, x + 200, y + 200) for x, y in CORNERS]})
    grid = pd.DataFrame([(c, r) for r in range(30) for c in range(40)], columns=['col', 'row'])
    share = np.random.default_rng(0).random(len(grid)).astype('float32')
    flag = np.where(np.arange(len(grid)) == 410, 'uncertain', '')
    tiles = grid.assign(x=100. * grid.col, y=100. * grid.row, w=100., h=100.)
    tiles = tiles.assign(Tumor=share, Stroma=1 - share, flag=flag, status='ok')
    tiles.to_parquet(out/'tiles.parquet')
    rng = np.random.default_rng(1)
    n = 200_000
    cells = pd.DataFrame(dict(x=rng.uniform(0, 4000, n), y=rng.uniform(0, 3000, n), long=10., short=7., angle=0.,
                              area=60., cell_area=80., haematoxylin=.4, dab=.2, tissue='Tumor', cell_type='Tumor',
                              intensity=rng.integers(0, 4, n)))
    cells.to_parquet(out/'cells.parquet')
    record = dict(slide=path.name, size=[4000, 3000], mpp=[.25, .25], slide_fingerprint=slide_fingerprint(path))
    write_json(out/'run.json', record)
    (out/'cores.csv').write_text('name,row,col,x,y,diameter,missing\nA1,0,0,200,200,300,False\n')
    other = folder/'maps'/'z<b>other'                                          # a name that must be escaped
    other.mkdir()
    save_geojson(other/'regions.geojson', {HOSTILE: [shapely.box(0, 0, 2000, 1500)]})
    write_json(other/'run.json', record)
    return tiles


def simulated(folder):
    "A simulated slide, its true regions as the map, and its scores"
    from ihc_tissue.score.run import score_slide
    from ihc_tissue.simulate.run import simulate_slide
    from ihc_tissue.slide import measure_regions
    path = simulate_slide(folder/'slide.tif', 2., 'Ki67', mpp=.5, seed=5, workers=1)
    measure_regions(path, folder/'slide.truth'/'regions.geojson', folder/'maps')
    score_slide(path, folder/'maps'/'slide'/'regions.geojson', 'Ki67', out=folder/'maps')


class Viewer:
    "A server process, and pages of it in one browser"
    def __init__(self, browser, out):
        cmd = [sys.executable, '-c', VIEW, str(out), '--no-browser']
        self.process = subprocess.Popen(cmd, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.context, self.faults = browser.new_context(viewport=dict(width=1400, height=860)), []
        self.context.add_init_script(SHIFTS)
        self.context.set_default_timeout(PATIENCE)
        self.first, self.hosts, self.alerts = True, set(), []

    def page(self):
        page = self.context.new_page()
        page.on('console', lambda m: self.faults.append(m.text) if m.type == 'error' else None)
        page.on('pageerror', lambda e: self.faults.append(str(e)))
        page.on('dialog', self.dialog)
        page.on('request', lambda r: self.hosts.add(urlsplit(r.url).netloc))    # empty for blob: and data:
        page.goto(self.url if self.first else self.url.split('?')[0])
        self.first = False
        return ready(page)

    def dialog(self, dialog):
        "Leave a page with unsaved changes; whatever else opens a dialog is a fault"
        if dialog.type != 'beforeunload': self.alerts.append(dialog.message)
        dialog.accept()

    def end(self):
        self.context.close()
        self.process.send_signal(2)
        return self.process.wait(20)


def ready(page):
    page.wait_for_selector('body[data-ready]', timeout=PATIENCE)
    return settled(page)


def settled(page, pause=.5):
    "Wait until every layer has its tiles"
    page.wait_for_function('''() => { const w = viewer.world, n = w.getItemCount();
      for (let i = 0; i < n; i++) if (!w.getItemAt(i).getFullyLoaded()) return false;
      return n > 0; }''', timeout=PATIENCE)
    time.sleep(pause)
    return page


def show(page, x, y, w, h):
    "Bring a rectangle of the slide (level-0 px) into view; a page behind another does not animate"
    page.bring_to_front()
    rectangle = f'viewer.world.getItemAt(0).imageToViewportRectangle({x}, {y}, {w}, {h})'
    page.evaluate(f'viewer.viewport.fitBounds({rectangle}, true)')
    return settled(page)


def centre(page): return page.evaluate('() => viewer.viewport.getCenter(true).toString()')


def wait_moved(page, start, pause=.7, n=60):
    "Wait until the view has left `start`, its centre as text, and rests: arrow keys move it for some time"
    last = start
    for _ in range(n):
        time.sleep(pause)
        now = centre(page)
        if now == last != start: return
        last = now


def colour(page, points):
    "RGB of the page at positions of the slide (level-0 px)"
    import io
    import numpy as np
    from PIL import Image
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert('RGB')).astype(int)
    at = [page.evaluate(f'ihc.toScreen([{x}, {y}])') for x, y in points]
    return [picture[round(b), round(a)] for a, b in at]


def click(page, x, y, answer=''):
    "Click on a place of the slide (level-0 px), and wait for an answer of the server whose address contains `answer`"
    a, b = page.evaluate(f'ihc.toScreen([{x}, {y}])')
    if not answer:
        page.mouse.click(a, b)
        return time.sleep(1.2)
    with page.expect_response(lambda r: answer in r.url, timeout=PATIENCE): page.mouse.click(a, b)
    time.sleep(.5)


def contrast_faults(page):
    "Texts whose contrast is below 4.5 (WCAG 2, level AA)"
    return page.evaluate('''() => {
      const parse = c => c.match(/[\\d.]+/g).map(Number);
      const linear = v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
      const lum = c => [.2126, .7152, .0722].reduce((s, k, i) => s + k * linear(c[i] / 255), 0);
      const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
        if (c.length < 4 || c[3] > .8) return c; } return [255, 255, 255]; };
      const out = [];
      for (const e of document.querySelectorAll('body *')) {
        const words = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (!e.offsetParent || e.disabled || !words) continue;
        const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(ground(e))].sort((p, q) => q - p);
        if ((a + .05) / (b + .05) < 4.5) out.push(e.textContent.trim().slice(0, 30));
      }
      return out; }''')


def on_squares(viewer, folder, tiles):
    "Claims about the slide with four squares"
    page = viewer.page()
    first, shifts = page.evaluate('[performance.getEntriesByName("first-tile")[0].startTime / 1000, shifts]')
    yield f'the first picture is there after {first:.2f} s', first < 60
    yield f'nothing jumps while loading (layout shift {shifts:.3f})', shifts < .02
    yield 'the canvas is not blank', len({tuple(c) for c in colour(page, [(200, 200), (2000, 1500)])}) == 2
    for x, y in CORNERS:
        show(page, x - 40, y - 40, 280, 280)
        inside = colour(page, [(x + a, y + b) for a in (5, 195) for b in (5, 195)])
        outside = colour(page, [(x - 6, y + 100), (x + 206, y + 100), (x + 100, y - 6), (x + 100, y + 206)])
        agree = all(70 < c[0] < 160 and c[2] < 60 for c in inside) and all(c.min() > 200 for c in outside)
        yield f'overlay and slide agree at the corner {x}, {y}', agree
    yield 'a core of a microarray is named', page.locator('#sketch text').all_text_contents() == ['A1']
    page.uncheck('#cores')
    show(page, 0, 0, 1000, 750)
    first, _, again = (page.evaluate(ZOOM, by) for by in (2, .5, 2))
    show(page, 1000, 750, 1000, 750)
    page.wait_for_load_state('networkidle')      # tiles of the next zoom are read ahead
    page.evaluate('performance.clearResourceTimings()')
    ahead, sent = page.evaluate(ZOOM, 2), page.evaluate(SENT)
    yield f'a zoom after a pause asks for no tile ({len(sent)} asked for, {ahead:.2f} s)', not sent
    yield f'a zoom has settled after {first:.2f} s, and after {again:.2f} s where its tiles are there', again < 60
    show(page, 0, 0, 1000, 750)
    bar = page.evaluate('(b => [+b.dataset.um, b.offsetWidth])(document.querySelector("#scale-bar"))')
    left, right = (page.evaluate(f'ihc.toScreen([{v}, 0])')[0] for v in (0, 1000))
    error = bar[0] / bar[1] / (250 / (right - left)) - 1
    yield 'the scale bar has its length (0.25 um per pixel)', abs(error) < .02
    click(page, 455, 355, '/at?')
    tile = tiles[(tiles.col == 4) & (tiles.row == 3)].iloc[0]
    shown = page.inner_text('#here')
    yield 'a click shows what tiles.parquet holds', f'{tile.Tumor:.2f}' in shown and f'{tile.Stroma:.2f}' in shown
    for key in 'frd': page.keyboard.press(key)
    page.keyboard.press('Escape')
    turned = page.evaluate('[viewer.viewport.getFlip(), viewer.viewport.getRotation()]')
    yield 'shortcuts do not turn or mirror the slide', turned == [False, 0]
    page.check('#flags')
    show(page, 900, 900, 300, 300)
    flagged = {tuple(c) for c in colour(page, [(1000 + 7 * k, 1050) for k in range(14)])}
    yield 'an uncertain tile is hatched', len(flagged) > 1
    show(page, 0, 0, 600, 450)
    before = colour(page, [(200, 200)])[0]
    page.uncheck('#areas tr[data-class=Tumor] input')
    settled(page)
    off = 'off' in page.get_attribute('#areas tr[data-class=Tumor]', 'class')
    yield 'a toggle changes pixels and table', off and abs(colour(page, [(200, 200)])[0] - before).sum() > 60
    page.check('#areas tr[data-class=Tumor] input')
    start = time.time()
    page.check('#cells')
    for box in ((0, 0, 4000, 3000), (1000, 1000, 400, 300), (1000, 1000, 60, 45)): show(page, *box)
    took, drawn = time.time() - start, page.evaluate('Boolean(ihc.state.items.cells)')
    yield f'200,000 cells are drawn at three zooms ({took:.1f} s)', drawn
    page.uncheck('#cells')
    page.keyboard.press('Escape')
    yield from links(viewer, page)
    yield from corrections(viewer, page, folder)
    yield from others(viewer)


def links(viewer, page):
    "Claims about the link to a view, and the picture of it"
    show(page, 1000, 1000, 800, 600)
    page.check('#outlines')
    page.uncheck('#areas tr[data-class=Tumor] input')
    settled(page)
    page.keyboard.press('l')
    page.wait_for_function('() => location.hash.includes("hide=Tumor")')
    seen = """[viewer.viewport.getZoom(), ihc.toScreen([1200, 1200]), [...ihc.state.hidden],
              document.querySelector("#outlines").checked]"""
    before, link = page.evaluate(seen), page.url
    again = viewer.context.new_page()
    ready(again.goto(link) and again)
    after = again.evaluate(seen)
    moved = max(abs(a - b) for a, b in zip(before[1], after[1]))
    yield 'a link restores the view', moved < 1 and before[2:] == after[2:] == [['Tumor'], True]
    with again.expect_download() as download: again.click('#png')
    import numpy as np
    from PIL import Image
    image = Image.open(download.value.path())
    yield 'a PNG shows what is seen', image.size[0] > 900 and np.asarray(image.convert('L')).std() > 3
    again.close()
    page.uncheck('#outlines')
    page.check('#areas tr[data-class=Tumor] input')


def others(viewer):
    "Claims about a second slide of the folder, with names that must be escaped"
    page = viewer.page()
    page.click('#slides summary')
    page.wait_for_function('() => [...document.querySelectorAll("#slide-list img")].every(i => i.naturalWidth > 0)')
    words = page.inner_text('#slide-list')
    page.locator('#slide-list button', has_text='z<b>other').click()
    page.wait_for_selector('body[data-ready="1"]')
    settled(page)
    named = HOSTILE in page.inner_text('#areas') and 'z<b>other' in words
    yield 'another slide is shown', page.evaluate('ihc.state.facts.classes.length') == 1
    yield 'hostile names are shown as text', named and not page.locator('#areas img').count() and not viewer.alerts
    page.close()


def corrections(viewer, page, folder):
    "Claims about correcting, saving, and two windows"
    second = viewer.page()
    show(page, 1500, 1000, 1000, 750)
    page.keyboard.press('d')
    page.select_option('#to-class', 'Necrosis')
    for x, y in ((1800, 1200), (2200, 1200), (2200, 1500)): click(page, x, y)
    a, b = page.evaluate('ihc.toScreen([1800, 1500])')
    page.mouse.dblclick(a, b)
    page.wait_for_selector('#areas tr[data-class=Necrosis]')
    mm2 = float(page.inner_text('#areas tr[data-class=Necrosis] td:nth-child(2)'))
    yield 'a drawn region has its area', abs(mm2 - .0075) < .0006
    yield from drawn_otherwise(page)
    second.keyboard.press('r')
    show(second, 0, 0, 600, 450)
    click(second, 200, 200, '/change')
    second.wait_for_selector('#message:not([hidden])')
    yield 'an older window is told of the conflict', 'another window' in second.inner_text('#message')
    second.close()
    page.click('#undo')
    page.wait_for_selector('#areas tr[data-class=Necrosis]', state='detached')
    page.click('#redo')
    page.wait_for_selector('#areas tr[data-class=Necrosis]')
    model = (folder/'maps'/'squares'/'regions.geojson').read_bytes()
    page.keyboard.press('Control+s')
    page.wait_for_function('() => document.querySelector("#message").textContent.startsWith("Saved")', timeout=PATIENCE)
    saved = json.loads((folder/'maps'/'squares'/'corrected.geojson').read_text())
    names = {f['properties']['classification']['name'] for f in saved['features']}
    untouched = (folder/'maps'/'squares'/'regions.geojson').read_bytes() == model
    yield 'a save writes the corrected file and leaves the model\'s', names == {'Tumor', 'Necrosis'} and untouched
    ready(page.reload() and page)
    yield 'a reload shows what was saved', page.locator('#areas tr[data-class=Necrosis]').count() == 1
    page.close()


def drawn_otherwise(page):
    "Claims about a brush, and about a polygon by keyboard alone"
    page.keyboard.press('p')
    page.select_option('#to-class', 'Stroma')
    page.fill('#brush-um', '50')
    (a, b), (c, _) = (page.evaluate(f'ihc.toScreen([{x}, 1650])') for x in (1700, 2300))
    page.mouse.move(a, b)
    page.mouse.down()
    for k in range(1, 9): page.mouse.move(a + (c - a) * k / 8, b)
    page.mouse.up()
    page.wait_for_selector('#areas tr[data-class=Stroma]')
    mm2 = float(page.inner_text('#areas tr[data-class=Stroma] td:nth-child(2)'))
    yield f'a brush paints its width ({mm2} mm2)', abs(mm2 - (.15 * .05 + 3.14 * .025**2)) < .0015
    page.keyboard.press('Control+z')
    page.wait_for_selector('#areas tr[data-class=Stroma]', state='detached')
    show(page, 0, 0, 4000, 3000)
    page.focus('#to-class')
    page.keyboard.type('Oth')
    page.focus('#slide-canvas')
    page.keyboard.press('d')
    for key in ('', 'ArrowRight', 'ArrowDown'):
        start = centre(page)
        for _ in range(6 * bool(key)): page.keyboard.press(key, delay=150)
        if key: wait_moved(page, start)
        page.keyboard.press('Space')
    corners = page.evaluate('ihc.state.points')
    page.keyboard.press('Enter')
    page.wait_for_selector('#areas tr[data-class=Other]')
    (a, b), (c, d), (e, f) = corners
    wanted = abs((c - a) * (f - b) - (e - a) * (d - b)) / 2 * .25**2 / 1e6
    mm2 = float(page.inner_text('#areas tr[data-class=Other] td:nth-child(2)'))
    yield f'a polygon is drawn by keyboard alone ({mm2} mm2)', mm2 > .002 and abs(mm2 - wanted) < .0006
    page.keyboard.press('Control+z')
    page.wait_for_selector('#areas tr[data-class=Other]', state='detached')
    show(page, 1500, 1000, 1000, 750)


def on_simulated(viewer, picture):
    "Claims about a scored slide, the keyboard, colours and small windows"
    page = viewer.page()
    shown = page.inner_text('#panel')
    words = 'Ki67 index', 'viable tumour cells', '95 %'
    yield 'scores are shown with numerator, denominator and interval', all(w in shown for w in words)
    page.keyboard.press('Tab')
    reached = set()
    for _ in range(60):
        reached.add(page.evaluate('(e => e.id || e.dataset.tool || "")(document.activeElement)'))
        page.keyboard.press('Tab')
    wanted = {'slide-canvas', 'draw', 'opacity', 'cells', 'view', 'png'}
    yield 'the keyboard reaches slide, tools and controls', wanted <= reached
    page.focus('#slide-canvas')
    zoom = page.evaluate('viewer.viewport.getZoom()')
    page.keyboard.press('+')
    page.wait_for_function(f'() => viewer.viewport.getZoom() > {zoom}')
    yield 'plus zooms', True
    page.keyboard.press('0')
    settled(page)
    for scheme in ('light', 'dark'):
        page.emulate_media(color_scheme=scheme)
        faults = contrast_faults(page)
        yield f'every text has a contrast of 4.5 ({scheme}) {faults or ""}', not faults
    page.emulate_media(color_scheme='light')
    before = colour(page, [(1400, 900)])[0]
    page.select_option('#view', 'haematoxylin')
    settled(page)
    yield 'a view of one stain changes the picture', abs(colour(page, [(1400, 900)])[0] - before).sum() > 20
    page.select_option('#view', 'colour')
    if picture:
        page.check('#cells')
        page.check('#spots')
        show(page, 500, 300, 1100, 800)
        click(page, 1300, 900, '/at?')
        page.screenshot(path=picture)
        page.keyboard.press('0')
    page.set_viewport_size(dict(width=420, height=800))
    settled(page)
    wide = page.evaluate('document.documentElement.scrollWidth')
    yield 'a narrow window needs no sideways scrolling', wide <= 420


class Notebook(BaseHTTPRequestHandler):
    "A page that shows the HTML of a cell's output, as a notebook does"
    def __init__(self, frame, *args):
        self.frame = frame
        super().__init__(*args)

    def log_message(self, *args): pass

    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'text/html')
        self.end_headers()
        if self.path == '/': self.wfile.write(self.frame._repr_html_().encode())


def in_a_notebook(browser, folder):
    "Claims about `viewer.view` in pages of another port, under both names of this machine"
    from ihc_tissue.viewer import view
    frame = view(folder/'maps')
    server = ThreadingHTTPServer(('127.0.0.1', 0), partial(Notebook, frame))
    Thread(target=server.serve_forever, daemon=True).start()
    for host in ('localhost', '127.0.0.1'):
        page = browser.new_page()
        page.goto(f'http://{host}:{server.server_port}/')
        inner = page.frame_locator('iframe')
        inner.locator('body[data-ready]').wait_for(timeout=PATIENCE)
        yield f'a notebook of {host} shows the page in a frame', 'Tumor' in inner.locator('#areas').inner_text()
        page.close()
    server.shutdown()
    frame.close()


def gone(viewer):
    "Claims about a slide that is gone"
    page = viewer.page()
    said, rows = page.inner_text('#message'), page.locator('#areas tbody tr').count()
    yield 'a slide that is gone is named, and its map is shown', 'not here' in said and rows > 0


def checks(folder, browser, picture):
    tiles = fiducials(folder)
    viewer = Viewer(browser, folder/'maps')
    yield from on_squares(viewer, folder, tiles)
    yield f'no error in the console {viewer.faults or ""}', not [f for f in viewer.faults if '409' not in f]
    local = {urlsplit(viewer.url).netloc, ''}
    yield 'no request leaves the machine', viewer.hosts <= local and len(viewer.hosts) > 0
    yield 'Ctrl-C ends the server with status 0', viewer.end() == 0
    (folder/'squares.tif').rename(folder/'moved.tif')
    viewer = Viewer(browser, folder/'maps'/'squares')
    yield from gone(viewer)
    viewer.end()
    shutil.rmtree(folder/'maps')
    simulated(folder)
    viewer = Viewer(browser, folder/'maps')
    yield from on_simulated(viewer, picture)
    yield f'no error in the console {viewer.faults or ""}', not viewer.faults
    viewer.end()
    yield from in_a_notebook(browser, folder)


def main(picture=None):
    chromium = shutil.which('chromium') or shutil.which('google-chrome')
    try: from playwright.sync_api import sync_playwright
    except ImportError: sync_playwright = None
    if not (chromium and sync_playwright):
        print('skipped: the viewer is not tried in a browser (needs chromium, and playwright of the dev extra)')
        return
    flags = ['--no-sandbox'] if hasattr(os, 'geteuid') and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as d, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=flags)
        found = []
        for claim, ok in checks(Path(d), browser, picture):
            print('ok  ' if ok else 'FAIL', claim, flush=True)
            found.append(ok)
        browser.close()
    print(f'{sum(found)} passed, {len(found) - sum(found)} failed')
    if not all(found): sys.exit(1)


if __name__ == '__main__': main(*sys.argv[1:2])
