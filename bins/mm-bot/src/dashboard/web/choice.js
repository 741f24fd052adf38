// Rotation, with the reason for every market; signals, with what each source was worth.

import { h } from './dom.js';
import { NONE, count, round, span } from './format.js';
import { card, facts, marketLink, table } from './parts.js';
import { now } from './store.js';

/** Markets whose reasons are unfolded. */
export const unfolded = new Set();

const number = (value, digits = 3) => (value == null ? NONE : round(value, digits, true));

export function rotationView(document) {
  const r = document.rotation;
  if (!r) return card('Rotation', null, h('p', { class: 'quiet' }, 'Off: the configured markets are quoted, always (rotate.enabled).'));
  const phases = {};
  for (const phase of Object.values(r.phases)) phases[phase] = (phases[phase] ?? 0) + 1;
  const rows = Object.entries(r.markets ?? {});
  rows.sort(([, a], [, b]) => a.rank - b.rank);
  const most = Math.max(0.001, ...rows.map(([, m]) => reach(m)));
  return [
    h('div', { class: 'cards' },
      card('Chosen', null, h('p', null, r.chosen.length ? r.chosen.map((pair, n) => [n ? ', ' : null, marketLink(pair)]) : h('span', { class: 'quiet' }, 'Nothing yet: measuring first.'))),
      card('Next choice', null, h('p', null, r.due ? (r.due > now() ? `in ${span(r.due - now())}` : 'due') : 'when there are measurements')),
      card('Phases', null, facts(...Object.entries(phases).map(([phase, n]) => [phase, count(n)])))),
    card('Reasons', 'each factor’s part in the score; click for the figures', rows.length ? table({
      caption: 'Markets by score', fold: true, rows, key: ([pair]) => pair, open: ([pair, m]) => (unfolded.has(pair) ? reasons(m) : null),
      columns: [
        ['Market', ([pair]) => h('button', { class: 'plain', 'data-do': 'unfold', 'data-pair': pair, 'aria-expanded': String(unfolded.has(pair)) }, `${unfolded.has(pair) ? '▾' : '▸'} ${pair}`), 'text'],
        ['Rank', ([, m]) => count(m.rank)],
        ['Score', ([, m]) => number(m.score)],
        ['Parts', ([, m]) => parts(m, most), 'text wide'],
        ['Phase', ([pair]) => r.phases[pair] ?? NONE, 'text'],
        ['Decision', ([, m]) => h('span', { class: `tag ${m.action === 'enter' || m.action === 'keep' ? 'good' : ''}` }, m.action), 'text'],
        ['Because', ([, m]) => m.reason.replaceAll('_', ' '), 'text'],
      ],
    }) : h('p', { class: 'quiet' }, 'Markets are being measured; the first choice comes when there is enough.')),
  ];
}

const reach = (m) => {
  let [plus, minus] = [0, 0];
  for (const part of Object.values(m.factors)) {
    const share = part[3] ?? 0;
    if (share > 0) plus += share;
    else minus -= share;
  }
  return Math.max(plus, minus);
};

/** What speaks for it to the right, against it to the left. */
function parts(m, most) {
  const unit = 90 / most;
  let [right, left] = [100, 100];
  const rects = [];
  for (const [factor, part] of Object.entries(m.factors)) {
    const wide = Math.abs(part[3] ?? 0) * unit;
    if (wide < 0.4) continue;
    const plus = part[3] > 0;
    if (!plus) left -= wide;
    rects.push(h('rect', { class: plus ? 'plus' : 'minus', x: (plus ? right : left).toFixed(1), y: 1, width: wide.toFixed(1), height: 10 },
      h('title', null, `${factor} ${number(part[3])}`)));
    if (plus) right += wide;
  }
  return h('svg', { class: 'parts', viewBox: '0 0 200 12', preserveAspectRatio: 'none', role: 'img', 'aria-label': `score ${number(m.score)}` },
    rects, h('line', { class: 'axis', x1: 100, x2: 100, y1: 0, y2: 12 }));
}

function reasons(m) {
  const failed = Object.entries(m.checks).filter(([, check]) => !check[2]);
  return [
    table({
      caption: 'Factors', rows: Object.entries(m.factors), key: ([factor]) => factor,
      columns: [
        ['Factor', ([factor]) => factor, 'text'],
        ['Measured', ([, part]) => (part[0] == null ? 'missing' : round(part[0], 4, true))],
        ['Among others', ([, part]) => number(part[1], 2)],
        ['Weight', ([, part]) => number(part[2], 2)],
        ['Part', ([, part]) => number(part[3])],
      ],
    }),
    h('p', { class: 'dim' }, failed.length
      ? failed.map(([filter, [have, limit]]) => `Fails ${filter}: has ${number(have, 2)}, limit ${number(limit, 2)}. `)
      : 'Passes every filter.'),
  ];
}

const interval = (three, scale = 1, digits = 2) => {
  if (!three || three[0] == null) return NONE;
  const [value, low, high] = three.map((x) => (x == null ? NONE : round(x * scale, digits, true)));
  return [value, h('span', { class: 'dim' }, ` (${low} to ${high})`)];
};

export function signalsView(document) {
  const sources = Object.entries(document.sources ?? {});
  return [
    card('What is heard about each market', null, table({
      caption: 'Signals by market', fold: true, rows: Object.entries(document.markets), key: ([pair]) => pair,
      columns: [
        ['Market', ([pair]) => marketLink(pair), 'text'],
        ['Opinion, −1 to 1', ([, m]) => number(m.signal?.value, 3)],
        ['Confidence', ([, m]) => (m.signal?.confidence == null ? NONE : round(m.signal.confidence, 2))],
        ['', ([, m]) => h('span', { class: 'dim' }, m.signal?.why ? `neutral: ${m.signal.why}` : ''), 'text'],
      ],
    })),
    card('Sources and their records', 'with 95 % intervals', sources.length ? table({
      caption: 'Sources', fold: true, rows: sources, key: ([name]) => name,
      columns: [
        ['Source', ([name]) => name, 'text'],
        ['State', ([, s]) => h('span', { class: `tag ${s.state === 'on' ? 'good' : 'warn'}` }, s.state), 'text'],
        ['Trust', ([, s]) => s.trust, 'text'],
        ['Verdict', ([, s]) => s.verdict, 'text'],
        ['Samples', ([, s]) => count(s.samples)],
        ['Information coefficient', ([, s]) => interval(s.coefficient)],
        ['Right', ([, s]) => interval(s.hit_rate, 100, 0)],
        ['Had something to say', ([, s]) => (s.coverage == null ? NONE : `${round(s.coverage * 100, 0)} %`)],
        ['Age', ([, s]) => (s.staleness_ms == null ? NONE : span(s.staleness_ms))],
        ['Worth, bp', ([, s]) => interval(s.ablation_bps)],
      ],
    }) : h('p', { class: 'quiet' }, 'No source is configured.')),
  ];
}
