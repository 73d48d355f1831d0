'use strict';
/* The page of the viewer: one OpenSeadragon viewer, layers over it, a panel, tools for questions and corrections. */
(() => {
const $ = id => document.getElementById(id);
const CELL_CHOICES = [['negative', {intensity: 0}], ['positive, 1+', {intensity: 1}], ['positive, 2+', {intensity: 2}], ['positive, 3+', {intensity: 3}],
  ['tumour cells', {cell_type: 'Tumor'}], ['immune cells', {cell_type: 'Immune cells'}], ['other cells', {cell_type: 'Other'}]];
const KEYS = ' Keyboard: Space sets a point at the cross, Enter ends.';
const HINTS = {box: 'Drag a box to measure what is inside.' + KEYS, measure: 'Click corners; double-click closes the polygon.' + KEYS,
  draw: 'Click corners; double-click closes.' + KEYS, brush: 'Drag to paint.' + KEYS,
  reclass: 'Click a region, or Enter at the cross.', cells: 'Click a cell, or drag over several.' + KEYS};
const TOGGLES = ['outlines', 'flags', 'cells', 'spots', 'cores', 'truth'];
const EMPTY = {classes: [], all_classes: [], colors: {}, flags: {}, cells: 0, cores: [], areas: [], scores: {}, warnings: [], loading: true};
const state = {slide: 0, facts: null, tool: 'look', points: [], dragging: false, hidden: new Set(), items: {}, dirty: false};
let osd = null;

/* ---- talking to the server ---- */
async function ask(path, body) {
  const options = body === undefined ? {} : {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)};
  const response = await fetch(path, options);
  if (response.ok) return response.json();
  let text = 'the server answered ' + response.status;
  try { text = (await response.json()).error || text; } catch (e) { /* no JSON: keep the status */ }
  const error = new Error(text);
  error.status = response.status;
  throw error;
}
let messageTimer = 0;
function say(text, quiet = true) {
  clearTimeout(messageTimer);
  $('message').textContent = text;
  $('message').className = quiet ? 'quiet' : '';
  $('message').hidden = !text;
  if (text && quiet) messageTimer = setTimeout(() => { $('message').hidden = true; }, 5000);
}

/* ---- layers ---- */
function source(address, finer = 0) {   // finer: levels beyond the slide's own pixels
  const f = state.facts, k = state.slide, n = 2 ** finer;
  return {width: f.size[0] * n, height: f.size[1] * n, tileSize: f.tile, tileOverlap: 0, minLevel: 0, maxLevel: f.top + finer,
    getTileUrl: (level, x, y) => `${address(`${k}/${level}/${x}_${y}`)}&run=${f.run}`};
}
const ADDRESS = {
  slide: p => `/tile/${p}?view=${$('view').value}&gamma=${$('gamma').value}&brightness=${$('brightness').value}`,
  regions: p => `/layer/regions/${p}?v=${state.facts.version}&fill=${$('outlines').checked ? 0 : 1}${shown().map(c => '&c=' + encodeURIComponent(c)).join('')}`,
  truth: p => `/layer/truth/${p}?fill=0`,
  flags: p => `/layer/flags/${p}?`,
  cells: p => `/layer/cells/${p}?v=${state.facts.version}`,
};
const ORDER = ['slide', 'regions', 'truth', 'flags', 'cells'];
function shown() { const c = state.facts.classes.filter(n => !state.hidden.has(n)); return c.length ? c : ['-']; }
function visible(name) {
  if (name === 'slide') return !state.facts.problem;
  if (state.facts.loading) return false;
  if (name === 'regions') return true;
  return $(name).checked && !$('row-' + name).hidden;
}
function opacity(name) { return name === 'regions' ? ($('outlines').checked ? 1 : +$('opacity').value) : 1; }
function drop(name) {
  if (state.items[name]) osd.world.removeItem(state.items[name]);
  delete state.items[name];
}
function layer(name) {
  drop(name);
  const after = ORDER.slice(0, ORDER.indexOf(name)).filter(n => state.items[n]).length;
  const serial = state.serial = (state.serial || 0) + 1;
  state.pending = {...state.pending, [name]: serial};
  if (!visible(name)) return;
  osd.addTiledImage({tileSource: source(ADDRESS[name], name === 'slide' || state.facts.problem ? 0 : 2), index: after, opacity: opacity(name),
    success: e => {
      if (state.pending[name] !== serial) { osd.world.removeItem(e.item); return; }
      state.items[name] = e.item;
      sortLayers();
    }});
}
function sortLayers() {
  ORDER.filter(n => state.items[n]).forEach((n, i) => osd.world.setItemIndex(state.items[n], i));
}
function redraw() { ['regions', 'cells'].forEach(layer); }

/* ---- the panel ---- */
const fixed = (v, n) => v === null || v === undefined || Number.isNaN(v) ? '–' : v.toFixed(n);
function cell(row, content) {
  const td = document.createElement('td');
  if (content instanceof Node) td.append(content); else td.textContent = content;
  row.append(td);
}
function showAreas(rows) {
  const body = $('areas').tBodies[0];
  const visibleTissue = rows.filter(r => !state.hidden.has(r.class) && r.class !== 'Background').reduce((s, r) => s + (r.tissue_mm2 || 0), 0);
  body.replaceChildren(...rows.map(r => {
    const tr = document.createElement('tr'), label = document.createElement('label');
    const box = Object.assign(document.createElement('input'), {type: 'checkbox', checked: !state.hidden.has(r.class)});
    const swatch = Object.assign(document.createElement('span'), {className: 'swatch'});
    swatch.style.background = state.facts.colors[r.class] || '#999999';
    box.addEventListener('change', () => {
      state.hidden[box.checked ? 'delete' : 'add'](r.class);
      showAreas(rows);
      layer('regions');
    });
    label.append(box, swatch, document.createTextNode(r.class));
    cell(tr, label);
    cell(tr, fixed(r.mm2, 3));
    const part = r.class === 'Background' || state.hidden.has(r.class) || !visibleTissue ? null : 100 * r.tissue_mm2 / visibleTissue;
    cell(tr, fixed(part, 1));
    tr.classList.toggle('off', !box.checked);
    tr.dataset.class = r.class;
    return tr;
  }));
}
const title = name => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
const amounts = d => Object.entries(d || {}).map(([k, v]) => `${Number(v).toLocaleString('en', {maximumFractionDigits: 4})} ${k}`).join(', ');
function behind(s) {   // what stands behind a score, whatever it is
  if (s.value === null || s.value === undefined) return s.why || '';
  const parts = [];
  if (s.numerator) parts.push(amounts(s.numerator) + (s.denominator ? ` / ${amounts(s.denominator)}` : ''));
  if (s.category) parts.push(s.category);
  if (s.interval_95) parts.push(`95 % interval ${s.interval_95[0]} to ${s.interval_95[1]}`);
  const known = ['value', 'why', 'numerator', 'denominator', 'category', 'interval_95', 'place'];
  Object.entries(s).filter(([k, v]) => !known.includes(k) && v !== null && typeof v !== 'object').forEach(([k, v]) => parts.push(`${k.replaceAll('_', ' ')} ${v}`));
  return parts.join('; ');
}
function scoreList(scores) {
  const out = [];
  for (const [name, s] of Object.entries(scores)) {
    const dt = document.createElement('dt'), dd = document.createElement('dd'), more = document.createElement('dd');
    dt.textContent = title(name);
    dd.textContent = s.value ?? 'not defined';
    more.className = 'more';
    more.textContent = behind(s);
    out.push(dt, dd, more);
  }
  return out;
}
function showFacts() {
  const f = state.facts, count = n => n ? `(${n.toLocaleString('en')})` : '';
  $('title').textContent = f.name;
  const mm = f.size.map((n, i) => (n * f.mpp[i] / 1000).toFixed(1));
  $('subtitle').textContent = `${mm[0]} × ${mm[1]} mm, ${f.mpp[0].toFixed(4)} µm per pixel` + (f.marker ? `, ${f.marker}` : '') + (f.simulated ? ', simulated' : '');
  showAreas(f.areas);
  $('n-flags').textContent = count(Object.values(f.flags).reduce((a, b) => a + b, 0));
  $('n-cells').textContent = count(f.cells || 0);
  $('row-flags').hidden = !Object.keys(f.flags).length;
  $('row-cells').hidden = $('legend').hidden = !f.cells;
  $('row-truth').hidden = !f.truth;
  $('row-spots').hidden = !Object.values(f.scores).some(s => s.place);
  $('row-cores').hidden = !f.cores.length;
  $('n-cores').textContent = count(f.cores.filter(c => !c.missing).length);
  $('score-section').hidden = !Object.keys(f.scores).length && !f.warnings.length;
  $('scores').replaceChildren(...scoreList(f.scores));
  $('warnings').replaceChildren(...f.warnings.map(w => Object.assign(document.createElement('li'), {textContent: w})));
  state.dirty = f.unsaved;
  $('undo').disabled = !f.steps;
  $('redo').disabled = !f.redo;
  $('save').disabled = !state.dirty;
  document.querySelector('[data-tool=cells]').hidden = !f.cells;
  document.body.classList.toggle('loading', Boolean(f.loading));
  if (f.problem) say(f.problem, false);
}

/* ---- opening ---- */
function view() { return new URLSearchParams(location.hash.slice(1)); }
async function open(k) {
  const turn = state.turn = (state.turn || 0) + 1, link = view();
  say('');
  const place = await ask(`/api/${k}/place`);
  if (turn !== state.turn) return;
  clear();
  Object.assign(state, {slide: k, facts: {...EMPTY, ...place}, items: {}, pending: {}});
  state.hidden.clear();
  if (+link.get('s') === k) recall(link);
  showFacts();
  osd.world.removeAll();
  osd.world.addOnceHandler('add-item', () => goTo(k, link));
  layer('slide');
  const seen = place.problem ? Promise.resolve() : new Promise(done => osd.addOnceHandler('tile-drawn', done));
  seen.then(() => performance.mark('first-tile'));
  const [facts] = await Promise.all([ask(`/api/${k}`), state.listed]);
  if (turn !== state.turn) return;
  state.facts = facts;
  $('to-class').replaceChildren(...[...facts.all_classes, 'Ignore*', ''].map(c => new Option(c || 'nothing (erase)', c)));
  $('to-class').value = facts.all_classes.includes('Tumor') ? 'Tumor' : facts.all_classes[0];
  showFacts();
  ORDER.slice(1).forEach(layer);
  sketch();
  await seen;
  if (turn === state.turn) document.body.dataset.ready = k;
}
function goTo(k, v) {
  if (v.has('x') && +v.get('s') === k) osd.viewport.fitBounds(new OpenSeadragon.Rect(+v.get('x'), +v.get('y'), +v.get('w'), +v.get('w') / osd.viewport.getAspectRatio()), true);
  else osd.viewport.goHome(true);
}
async function listSlides() {
  const slides = await ask('/api/slides');
  $('slides').hidden = slides.length < 2;
  $('slide-list').replaceChildren(...slides.map((s, i) => {
    const li = document.createElement('li'), b = document.createElement('button');
    const img = Object.assign(document.createElement('img'), {src: `/thumbnail/${i}`, alt: '', loading: 'lazy', width: 56, height: 42});
    const text = document.createElement('span');
    text.append(Object.assign(document.createElement('b'), {textContent: s.folder}), Object.assign(document.createElement('small'), {textContent: s.state.join(', ')}));
    b.append(img, text);
    b.addEventListener('click', () => openSlide(i));
    li.append(b);
    return li;
  }));
}

function openSlide(k) { open(k).catch(e => say(e.message, false)); }

/* ---- scale bar, place, link ---- */
const item = () => osd.world.getItemAt(0);
function pixelsPerUm() { return item() ? item().viewportToImageZoom(osd.viewport.getZoom(true)) / state.facts.mpp[0] : 0; }
function updateScale() {
  const z = pixelsPerUm();
  if (!z) return;
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];
  const um = steps.find(s => s * z >= 80) || steps[steps.length - 1];
  $('scale-bar').style.width = `${um * z}px`;
  $('scale-bar').dataset.um = um;
  const times = 10 / (state.facts.mpp[0] / item().viewportToImageZoom(osd.viewport.getZoom(true)));
  $('scale-text').textContent = (um < 1000 ? `${um} µm` : `${um / 1000} mm`) + `  ·  ${times < 1 ? times.toFixed(1) : Math.round(times)}×`;
}
function toImage(position) { const p = item().viewerElementToImageCoordinates(position); return [p.x, p.y]; }
function within(e) { const r = $('slide').getBoundingClientRect(); return new OpenSeadragon.Point(e.clientX - r.left, e.clientY - r.top); }   // of a pointer, in the slide's element
function toScreen(p) { const q = item().imageToViewerElementCoordinates(new OpenSeadragon.Point(p[0], p[1])); return [q.x, q.y]; }
function remember() {
  const b = osd.viewport.getBounds(true);
  const on = TOGGLES.filter(n => $(n).checked).join(',');
  const set = {s: state.slide, x: b.x.toFixed(6), y: b.y.toFixed(6), w: b.width.toFixed(6), on,
    view: $('view').value, gamma: $('gamma').value, brightness: $('brightness').value, opacity: $('opacity').value};
  const link = new URLSearchParams(set);
  state.hidden.forEach(c => link.append('hide', c));
  history.replaceState(null, '', '#' + link);
}
function recall(v) {
  const on = (v.get('on') || '').split(',');
  if (v.has('on')) TOGGLES.forEach(n => { $(n).checked = on.includes(n); });
  ['view', 'gamma', 'brightness', 'opacity'].forEach(n => { if (v.has(n)) $(n).value = v.get(n); });
  v.getAll('hide').forEach(c => state.hidden.add(c));
}

/* ---- a picture of what is seen ---- */
function picture() {
  const seen = osd.drawer.canvas, k = seen.width / $('slide').clientWidth, out = Object.assign(document.createElement('canvas'), {width: seen.width, height: seen.height});
  const pen = out.getContext('2d'), f = state.facts, bar = $('scale-bar').offsetWidth, h = out.height / k;
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, out.width, out.height);
  pen.drawImage(seen, 0, 0);
  pen.scale(k, k);
  pen.lineWidth = 3;
  pen.font = '13px system-ui, sans-serif';
  rings().forEach(r => {
    const [x, y] = toScreen([r.x, r.y]);
    pen.beginPath();
    pen.arc(x, y, toScreen([r.x + r.radius, r.y])[0] - x, 0, 7);
    pen.stroke();
    label(pen, r.name, x, toScreen([r.x, r.y - r.radius])[1] - 6, 'center');
  });
  label(pen, [f.name, f.marker, f.simulated ? 'simulated' : '', state.hidden.size ? 'some classes hidden' : ''].filter(Boolean).join(', '), 16, 26, 'left');
  label(pen, $('scale-text').textContent, 16 + bar / 2, h - 26, 'center');
  pen.fillRect(16, h - 18, bar, 4);
  return out;
}
function label(pen, text, x, y, align) {
  pen.textAlign = align;
  const w = pen.measureText(text).width;
  pen.fillStyle = 'rgba(255, 255, 255, .88)';
  pen.fillRect((align === 'left' ? x : x - w / 2) - 5, y - 14, w + 10, 19);
  pen.fillStyle = '#000000';
  pen.fillText(text, x, y);
}

/* ---- drawing on the page ---- */
function sketch() {
  if (!item()) return;
  const kind = state.tool === 'brush' || state.tool === 'cells' ? 'polyline' : 'polygon';
  const shape = document.createElementNS('http://www.w3.org/2000/svg', kind);
  shape.setAttribute('points', state.points.map(p => toScreen(p).join(',')).join(' '));
  if (kind === 'polyline') shape.setAttribute('fill', 'none');
  if (state.tool === 'brush') {
    const width = +$('brush-um').value * pixelsPerUm();
    shape.setAttribute('stroke-width', width);
    shape.setAttribute('stroke-linecap', 'round');
    shape.setAttribute('stroke-linejoin', 'round');
    shape.setAttribute('opacity', '0.4');
  }
  const dots = ['draw', 'measure', 'box'].includes(state.tool) ? state.points.map(p => { const [x, y] = toScreen(p); return svg('circle', {cx: x, cy: y, r: 4, class: 'corner'}); }) : [];
  $('sketch').replaceChildren(...(state.points.length ? [shape] : []), ...dots, ...rings().flatMap(ring));
}
function svg(name, attributes, text = '') {
  const e = document.createElementNS('http://www.w3.org/2000/svg', name);
  Object.entries(attributes).forEach(([k, v]) => e.setAttribute(k, v));
  e.textContent = text;
  return e;
}
function rings() {   // circles with a name on the slide: hot-spots and cores of a microarray
  const f = state.facts, on = n => $(n).checked && !$('row-' + n).hidden;
  if (!f || !item()) return [];
  const spots = on('spots') ? Object.entries(f.scores).filter(([, s]) => s.place) : [], cores = on('cores') ? f.cores : [];
  return [...spots.map(([name, s]) => ({...s.place, name: `${title(name)} ${s.value ?? ''}`, kind: 'hotspot'})),
    ...cores.map(c => ({x: c.x, y: c.y, radius: c.diameter / 2, name: c.missing ? `${c.name}, missing` : c.name, kind: c.missing ? 'core missing' : 'core'}))];
}
function ring(r) {
  const [x, y] = toScreen([r.x, r.y]), radius = toScreen([r.x + r.radius, r.y])[0] - x, small = r.kind !== 'hotspot' && radius < 14;
  return [svg('circle', {cx: x, cy: y, r: radius, class: 'under'}), svg('circle', {cx: x, cy: y, r: radius, class: r.kind}),
    ...(small ? [] : [svg('text', {x, y: Math.max(y - radius - 6, y - radius < 0 && y > 0 ? 84 : -99), 'text-anchor': 'middle'}, r.name)])];
}
function clear() { state.points = []; state.dragging = false; sketch(); }
function setTool(name) {
  if (name !== 'look' && state.facts?.loading) return;
  clear();
  state.tool = name;
  document.querySelectorAll('[data-tool]').forEach(b => b.setAttribute('aria-pressed', b.dataset.tool === name));
  osd.setMouseNavEnabled(true);
  $('choice').hidden = name === 'look';
  $('class-choice').hidden = !['draw', 'brush', 'reclass'].includes(name);
  $('size-choice').hidden = name !== 'brush';
  $('cell-choice').hidden = name !== 'cells';
  $('hint').textContent = HINTS[name] || '';
}
function centre() { const p = item().viewportToImageCoordinates(osd.viewport.getCenter(true)); return [p.x, p.y]; }
function enter() {   // Enter on the slide: end a drawing, or do at the cross what a click does
  if (state.points.length) { finish(); return; }
  const p = centre();
  if (state.tool === 'look') askHere(p).catch(err => say(err.message));
  else if (state.tool === 'reclass') change({op: 'reclass', x: p[0], y: p[1], class: $('to-class').value});
  else if (state.tool === 'brush' || state.tool === 'cells') { state.points = [p]; finish(); }
}
function setPoint() {   // Space on the slide: a corner at the cross, or a point of the brush's path
  const p = centre(), [a] = state.points;
  if (state.tool === 'look' || state.tool === 'reclass') enter();
  else if (state.tool === 'box' && a) { state.points = [a, [p[0], a[1]], p, [a[0], p[1]]]; finish(); }
  else { state.points.push(p); sketch(); }
}
async function finish() {
  const points = state.points, tool = state.tool;
  clear();
  if (tool === 'measure' || tool === 'box') return points.length < 3 ? undefined : measure(points);
  if (tool === 'draw' && points.length >= 3) return change({op: 'draw', points, class: $('to-class').value});
  if (tool === 'brush' && points.length) return change({op: 'draw', points, radius: +$('brush-um').value / 2 / state.facts.mpp[0], class: $('to-class').value});
  if (tool === 'cells' && points.length) return change({op: 'cells', points, radius: 8 / state.facts.mpp[0], ...CELL_CHOICES[+$('to-cell').value][1]});
  return undefined;
}
let queue = Promise.resolve();
function change(op) { if (!state.facts.loading) queue = queue.then(() => apply(state.slide, op)); return queue; }
async function apply(k, op) {
  if (k !== state.slide) return;
  try { show(k, await ask(`/api/${k}/change`, {version: state.facts.version, change: op})); }
  catch (e) {
    if (e.status === 409) show(k, await ask(`/api/${k}`));
    say(e.message, e.status !== 409);
  }
}
function show(k, facts) {
  if (k !== state.slide) return;
  state.facts = facts;
  say('');
  showFacts();
  redraw();
}
async function save() {
  const k = state.slide;
  try {
    const r = await ask(`/api/${k}/save`, {version: state.facts.version});
    if (k !== state.slide) return;
    state.dirty = state.facts.unsaved = false;
    $('save').disabled = true;
    compare(r);
    say('Saved: corrected.geojson and corrections.json in the slide\'s folder.');
    listSlides();
  } catch (e) { say(e.message, false); }
}

/* ---- answers ---- */
function table(head, rows) {
  const t = document.createElement('table'), tr = document.createElement('tr');
  head.forEach(h => tr.append(Object.assign(document.createElement('th'), {textContent: h, scope: 'col'})));
  t.createTHead().append(tr);
  const body = t.createTBody();
  rows.forEach(r => { const line = body.insertRow(); r.forEach(c => cell(line, c)); });
  return t;
}
function here(title, ...nodes) {
  $('h-here').textContent = title;
  $('here').replaceChildren(...nodes);
  $('here-section').hidden = false;
  $('here-section').scrollIntoView({block: 'nearest'});
}
function paragraph(text) { return Object.assign(document.createElement('p'), {textContent: text}); }
function compare(r) {
  const was = Object.fromEntries(r.before.areas.map(a => [a.class, a.mm2]));
  const now = Object.fromEntries(r.after.areas.map(a => [a.class, a.mm2]));
  const rows = [...new Set([...Object.keys(was), ...Object.keys(now)])].map(c => [c, fixed(was[c] ?? 0, 3), fixed(now[c] ?? 0, 3)]);
  Object.entries(r.after.scores).forEach(([k, s]) => rows.push([title(k), fixed(r.before.scores[k]?.value, 2), fixed(s.value, 2)]));
  here('Before and after', table(['', 'before', 'after'], rows));
}
async function askHere(point) {
  if (state.facts.loading) return;
  const a = await ask(`/api/${state.slide}/at?x=${point[0]}&y=${point[1]}`);
  const nodes = [paragraph(`x ${Math.round(a.x).toLocaleString('en')}, y ${Math.round(a.y).toLocaleString('en')} px; ${a.mm[0].toFixed(3)}, ${a.mm[1].toFixed(3)} mm`),
    paragraph(`Region: ${a.region || 'none'}`)];
  if (a.tile && a.tile.status === 'ok') {
    const bars = Object.assign(document.createElement('div'), {className: 'bars'});
    Object.entries(a.tile).filter(([k, v]) => !['flag', 'tissue', 'status'].includes(k) && v !== null).sort((p, q) => q[1] - p[1]).forEach(([k, v]) => {
      const m = Object.assign(document.createElement('meter'), {min: 0, max: 1, value: v});
      bars.append(Object.assign(document.createElement('span'), {textContent: k}), m, Object.assign(document.createElement('span'), {textContent: v.toFixed(2)}));
    });
    nodes.push(bars);
    if (a.tile.flag) nodes.push(paragraph(`This tile is ${a.tile.flag.replaceAll('_', ' ')}.`));
  } else if (a.tile) nodes.push(paragraph(`Tile: ${a.tile.status}`));
  if (a.cell) {
    const wanted = {cell_type: 'Cell type', intensity: 'Intensity', area: 'Nucleus, µm²', dab: 'DAB, OD', haematoxylin: 'Haematoxylin, OD'};
    nodes.push(table(['Nearest cell', ''], Object.entries(wanted).filter(([k]) => k in a.cell).map(([k, label]) =>
      [label, typeof a.cell[k] === 'number' && k !== 'intensity' ? a.cell[k].toFixed(2) : String(a.cell[k])])));
  }
  here('Here', ...nodes);
}
async function measure(points) {
  try {
    const m = await ask(`/api/${state.slide}/measure`, {points});
    const dl = document.createElement('dl');
    dl.append(...scoreList(m.scores));
    here('Inside', paragraph(`${m.mm2.toFixed(4)} mm², ${m.cells.toLocaleString('en')} cells`),
      table(['Class', 'mm²'], m.areas.filter(a => a.mm2 > 0).map(a => [a.class, fixed(a.mm2, 4)])), dl);
  } catch (e) { say(e.message); }
}

/* ---- starting ---- */
function keepQueue() {   // OpenSeadragon forgets the tiles that wait at every drawing, asks again, and draws again for that: only a move does so here
  const loader = osd.imageLoader, clear = loader.clear;
  let moved = false;
  ['viewport-change', 'resize'].forEach(n => osd.addHandler(n, () => { moved = true; }));
  osd.world.addHandler('remove-item', () => { moved = true; });
  loader.clear = () => { if (moved) clear.call(loader); moved = false; };
}
function tilesAfterZoom(k, at) {   // addresses that layer k needs after a zoom by two to a point
  const item = state.items[k], s = item.source, view = osd.viewport, b = view.getBounds();
  const finest = Math.log2(item.viewportToImageZoom(2 * view.getZoom()) * OpenSeadragon.pixelDensityRatio / item.minPixelRatio) + s.maxLevel;
  const level = Math.max(0, Math.floor(finest));
  if (level > s.maxLevel) return [];
  const clamp = (v, end) => Math.min(Math.max(v, 0), end);
  const tile = (x, y) => s.getTileAtPoint(level, new OpenSeadragon.Point(
    clamp((at.x + x) / 2, 1), clamp((at.y + y) / 2, 1 / s.aspectRatio)));
  const from = tile(b.x, b.y), to = tile(b.x + b.width, b.y + b.height), all = [];
  for (let y = from.y; y <= to.y; y++) for (let x = from.x; x <= to.x; x++) all.push(s.getTileUrl(level, x, y));
  return all;
}
function readAhead() {   // while nothing moves, the browser's cache takes the tiles of a zoom to the pointer, or to the middle
  let timer = 0, stop = new AbortController(), pointer = null;
  const begin = async () => {
    const {signal} = stop, loaded = ORDER.filter(k => state.items[k]), at = pointer || osd.viewport.getCenter();
    if (!loaded.every(k => state.items[k].getFullyLoaded())) return;
    for (const address of loaded.flatMap(k => tilesAfterZoom(k, at))) {
      try { await (await fetch(address, {signal, priority: 'low'})).blob(); } catch (e) { return; }
    }
  };
  const soon = () => { stop.abort(); stop = new AbortController(); clearTimeout(timer); timer = setTimeout(begin, 150); };
  osd.addHandler('viewport-change', soon);
  osd.world.addHandler('add-item', e => e.item.addHandler('fully-loaded-change', soon));
  $('slide').addEventListener('pointermove', e => {
    pointer = osd.viewport.pointFromPixel(within(e));
    soon();
  });
  $('slide').addEventListener('pointerleave', () => { pointer = null; soon(); });
}
function start() {
  osd = window.viewer = OpenSeadragon({element: $('slide'), showNavigationControl: false, showNavigator: true, navigatorPosition: 'BOTTOM_RIGHT',
    navigatorSizeRatio: .16, navigatorMaintainSizeRatio: false, navigatorAutoFade: false, navigatorBorderColor: '#55554f', navigatorBackground: '#e9e9e6', navigatorOpacity: .95, navigatorDisplayRegionColor: '#d00000', drawer: 'canvas', crossOriginPolicy: false, animationTime: .3, maxZoomPixelRatio: 4, imageLoaderLimit: 6, maxTilesPerFrame: 12, minPixelRatio: .7, maxImageCacheCount: 250, preserveViewport: true,
    gestureSettingsMouse: {clickToZoom: false, dblClickToZoom: false}, imageSmoothingEnabled: false, prefixUrl: '/static/'});
  Object.entries({id: 'slide-canvas', role: 'application',
    'aria-label': 'Slide. Arrow keys move, plus and minus zoom, 0 shows the whole slide.'}).forEach(([k, v]) => osd.canvas.setAttribute(k, v));
  // letters are the page's own shortcuts: OpenSeadragon would turn, mirror or move the slide
  ['canvas-key', 'navigator-key'].forEach(n => osd.addHandler(n, e => {
    if (/^Key/.test(e.originalEvent.code)) e.preventDefaultAction = true;
  }));
  keepQueue();
  readAhead();
  osd.addHandler('update-viewport', () => { updateScale(); sketch(); });
  osd.addHandler('animation-finish', remember);
  osd.addHandler('canvas-click', e => {
    if (!e.quick || !item()) return;
    const p = toImage(e.position);
    if (state.tool === 'look') askHere(p).catch(err => say(err.message));
    else if (state.tool === 'reclass') change({op: 'reclass', x: p[0], y: p[1], class: $('to-class').value});
    else if (state.tool === 'draw' || state.tool === 'measure') { state.points.push(p); sketch(); }
    else if (state.tool === 'cells' || state.tool === 'brush') { state.points = [p]; finish(); }
  });
  osd.addHandler('canvas-double-click', e => { if (state.tool === 'draw' || state.tool === 'measure') { e.preventDefaultAction = true; finish(); } });
  osd.addHandler('canvas-drag', e => {
    if (!['box', 'brush', 'cells'].includes(state.tool)) return;
    e.preventDefaultAction = true;
    const p = toImage(e.position);
    if (!state.dragging) { state.dragging = true; state.points = [toImage(e.position.minus(e.delta))]; }
    if (state.tool === 'box') { const [a] = state.points; state.points = [a, [p[0], a[1]], p, [a[0], p[1]]]; }
    else state.points.push(p);
    sketch();
  });
  osd.addHandler('canvas-drag-end', e => { if (state.dragging) { e.preventDefaultAction = true; finish(); } });
  $('slide').addEventListener('pointermove', e => {
    if (!item()) return;
    const p = toImage(within(e));
    $('where').textContent = `${(p[0] * state.facts.mpp[0] / 1000).toFixed(3)}, ${(p[1] * state.facts.mpp[1] / 1000).toFixed(3)} mm`;
  });
  document.querySelectorAll('[data-tool]').forEach(b => b.addEventListener('click', () => setTool(b.dataset.tool)));
  $('to-cell').replaceChildren(...CELL_CHOICES.map(([name], i) => new Option(name, i)));
  $('opacity').addEventListener('input', () => state.items.regions && state.items.regions.setOpacity(opacity('regions')));
  $('outlines').addEventListener('change', () => layer('regions'));
  ['flags', 'cells', 'truth'].forEach(n => $(n).addEventListener('change', () => layer(n)));
  ['spots', 'cores'].forEach(n => $(n).addEventListener('change', sketch));
  document.querySelectorAll('#panel input, #panel select').forEach(e => e.addEventListener('change', () => item() && remember()));
  ['view', 'gamma', 'brightness'].forEach(n => $(n).addEventListener('change', () => layer('slide')));
  $('undo').addEventListener('click', () => change({op: 'undo'}));
  $('redo').addEventListener('click', () => change({op: 'redo'}));
  $('save').addEventListener('click', save);
  $('home').addEventListener('click', () => osd.viewport.goHome());
  $('full').addEventListener('click', () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  $('link').addEventListener('click', () => { remember(); navigator.clipboard?.writeText(location.href).catch(() => { /* not allowed: the address bar has it */ }); say('The link to this view is in the address bar and on the clipboard.'); });
  $('png').addEventListener('click', () => picture().toBlob(blob => {
    const a = Object.assign(document.createElement('a'), {href: URL.createObjectURL(blob), download: `${state.facts.name}.png`});
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 1000);
  }));
  document.addEventListener('keydown', e => {
    const control = e.target.matches('button, select, input, summary, a');
    if (e.target.matches('select, input[type=number]') && e.key !== 'Escape' && !e.ctrlKey) return;
    const tools = {b: 'box', m: 'measure', d: 'draw', p: 'brush', r: 'reclass', c: 'cells', Escape: 'look'};
    if (e.ctrlKey || e.metaKey) {
      const key = e.key.toLowerCase(), act = key === 'z' && e.shiftKey ? 'redo' : {z: 'undo', y: 'redo', s: 'save'}[key];
      if (act) { e.preventDefault(); if (!$(act).disabled) $(act).click(); }
    } else if (['Enter', ' ', 'Backspace'].includes(e.key)) {
      if (control || !item()) return;
      e.preventDefault();
      if (e.key === 'Enter') enter();
      else if (e.key === ' ') setPoint();
      else { state.points.pop(); sketch(); }
    }
    else if (tools[e.key] && !(e.key === 'c' && !state.facts.cells)) { setTool(tools[e.key]); osd.canvas.focus({focusVisible: true}); }
    else if (e.key === '0') osd.viewport.goHome();
    else if (e.key === 'f') $('full').click();
    else if (e.key === 'l') $('link').click();
    else if (e.key === 'g') $('png').click();
  });
  window.addEventListener('hashchange', () => openSlide(+view().get('s') || 0));
  window.addEventListener('beforeunload', e => { if (state.dirty) e.preventDefault(); });
  setTool('look');
  state.listed = listSlides().catch(e => say(e.message, false));
  openSlide(+view().get('s') || 0);
}
window.ihc = {state, toScreen, toImage, picture};
start();
})();
