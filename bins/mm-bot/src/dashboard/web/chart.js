// Small charts. Each is drawn at the width that it has, and knows its points for whoever points at it.

import { h } from './dom.js';
import { clock } from './format.js';

const widths = new Map();
const drawn = new Map();
const LEFT = 0;
const RIGHT = 62;

/** The width of a chart, as last measured. */
const width = (id) => widths.get(id) ?? 640;

/** Measures what is there; whether some chart has to be drawn again. */
export function measure() {
  let changed = false;
  for (const svg of document.querySelectorAll('svg.chart')) {
    const wide = Math.round(svg.parentElement.clientWidth);
    if (wide > 0 && widths.get(svg.dataset.key) !== wide) {
      widths.set(svg.dataset.key, wide);
      changed = true;
    }
  }
  return changed;
}

/**
 * A chart over time. `lines`: {name, cls, points: [[ms, number], ...], step}; `marks`: {at, y, side, text};
 * `zero`: whether 0 is always in it; `show`: a number as text.
 */
export function chart({ id, title, caption, lines, marks = [], height = 150, zero = false, show }) {
  const wide = width(id);
  const all = lines.flatMap((line) => line.points);
  const head = h('figcaption', null, h('b', null, title), caption ?? legend(lines));
  if (all.length < 2) {
    return h('figure', { 'data-key': `f-${id}` }, head, h('p', { class: 'quiet' }, lines[0].gap > 60_000 ? 'A point every five minutes: none yet to join.' : 'No points yet.'));
  }
  const xs = all.map(([x]) => x);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs, Math.min(...xs) + 10_000)];
  const ys = all.map(([, y]) => y).concat(marks.filter((m) => m.at >= x0).map((m) => m.y), zero ? [0] : []);
  let [y0, y1] = [Math.min(...ys), Math.max(...ys)];
  const room = (y1 - y0) * 0.06 || Math.abs(y1) * 0.0005 || 1;
  y0 -= room;
  y1 += room;
  const bottom = height - 16;
  const x = (ms) => LEFT + ((ms - x0) / (x1 - x0)) * (wide - LEFT - RIGHT);
  const y = (value) => 4 + ((y1 - value) / (y1 - y0)) * (bottom - 8);
  drawn.set(id, { lines, x, x0, x1, wide, show });
  const ticks = round(y0, y1);
  return h('figure', { 'data-key': `f-${id}` }, head,
    h('svg', { class: 'chart', 'data-key': id, viewBox: `0 0 ${wide} ${height}`, height, role: 'img', 'aria-label': title },
      ticks.map((value) => [
        h('line', { class: 'grid', x1: LEFT, x2: wide - RIGHT, y1: y(value), y2: y(value) }),
        h('text', { x: wide - RIGHT + 6, y: y(value) + 4 }, show(value)),
      ]),
      zero && y0 < 0 && y1 > 0 ? h('line', { class: 'zero', x1: LEFT, x2: wide - RIGHT, y1: y(0), y2: y(0) }) : null,
      h('text', { x: LEFT, y: height - 3 }, clock(x0)),
      h('text', { x: wide - RIGHT, y: height - 3, 'text-anchor': 'end' }, clock(x1)),
      lines.map((line) => h('path', { class: line.cls, d: path(line, x, y) })),
      marks.filter((mark) => mark.at >= x0).map((mark) => sign(mark, x(mark.at), y(mark.y))),
      h('line', { class: 'cross', 'data-cross': id, visibility: 'hidden', x1: 0, x2: 0, y1: 0, y2: bottom })));
}

/** Two to four round numbers between. */
function round(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) ticks.push(Number((n * step).toPrecision(12)));
  return ticks;
}

function legend(lines) {
  return lines.length < 2 ? null : lines.map((line) => h('span', { class: line.cls }, line.name));
}

function path(line, x, y) {
  let text = '';
  let last = null;
  for (const [ms, value] of line.points) {
    const gap = last !== null && ms - last > (line.gap ?? 5_000);
    const [px, py] = [x(ms).toFixed(1), y(value).toFixed(1)];
    if (last === null || gap) text += `M${px} ${py}`;
    else text += line.step ? `H${px}V${py}` : `L${px} ${py}`;
    last = ms;
  }
  return text;
}

/** A buy points up, a sell down. */
function sign(mark, px, py) {
  const [tip, base] = mark.side === 'buy' ? [py - 5, py + 4] : [py + 5, py - 4];
  const d = `M${px.toFixed(1)} ${tip.toFixed(1)}L${(px - 4.5).toFixed(1)} ${base.toFixed(1)}H${(px + 4.5).toFixed(1)}Z`;
  return h('g', { 'data-key': mark.key }, h('path', { class: mark.side, d, stroke: 'none' }, h('title', null, mark.text)));
}

/** Where the pointer was last. */
let last = null;

/** Shows the figures under the pointer again, after a drawing. */
export const again = () => { if (last) point(last); };

/** Shows the figures under the pointer. */
export function point(event) {
  const { clientX, clientY } = event;
  const target = document.elementFromPoint(clientX, clientY);
  last = { clientX, clientY };
  const tip = document.getElementById('tip');
  const svg = target?.closest('svg.chart');
  const known = svg && drawn.get(svg.dataset.key);
  if (!known) {
    tip.hidden = true;
    last = null;
    return;
  }
  const box = svg.getBoundingClientRect();
  const part = (clientX - box.left) / box.width * known.wide;
  const ms = known.x0 + (part - LEFT) / (known.wide - LEFT - RIGHT) * (known.x1 - known.x0);
  const rows = [];
  let at = null;
  for (const line of known.lines) {
    let best = null;
    for (const one of line.points) {
      if (best === null || Math.abs(one[0] - ms) < Math.abs(best[0] - ms)) best = one;
    }
    if (best) {
      at ??= best[0];
      rows.push(`${line.name} ${known.show(best[1])}`);
    }
  }
  if (at === null) return;
  const cross = svg.querySelector('[data-cross]');
  cross.setAttribute('visibility', 'visible');
  cross.setAttribute('x1', known.x(at));
  cross.setAttribute('x2', known.x(at));
  tip.textContent = [clock(at), ...rows].join('\n');
  tip.hidden = false;
  const wide = tip.offsetWidth;
  tip.style.left = `${Math.min(clientX + 12, innerWidth - wide - 8)}px`;
  tip.style.top = `${Math.min(clientY + 12, innerHeight - tip.offsetHeight - 8)}px`;
}

/** The points of one column of a series, oldest first. */
export function column(points, index, every, scale = Number) {
  const out = [];
  for (const [step, row] of Object.entries(points ?? {})) {
    if (row?.[index] != null) out.push([Number(step) * every, scale(row[index])]);
  }
  return out;
}

/** How much of a limit is used. */
export function bar(have, limit) {
  const part = limit > 0 ? Math.min(1, Math.max(0, have / limit)) : 0;
  return h('svg', { class: 'bar', viewBox: '0 0 100 7', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${Math.round(part * 100)} % of the limit` },
    h('rect', { class: 'rail', width: 100, height: 7 }),
    h('rect', { class: part > 0.9 ? 'hot' : 'have', width: Math.round(part * 100), height: 7 }));
}
