// Pieces that several views are made of.

import { h } from './dom.js';
import { NONE, clock, count, data, exact, money, round, side, span, usd } from './format.js';
import { bar, chart, column } from './chart.js';
import { now } from './store.js';

/** A box with a heading. */
export function card(title, right, ...content) {
  return h('section', { class: 'card' },
    title ? h('header', null, h('h2', null, title), right ? h('span', { class: 'right' }, right) : null) : null,
    content);
}

/** Terms and figures. */
export function facts(...pairs) {
  return h('dl', { class: 'facts' }, pairs.filter(Boolean).map(([term, value]) => [h('dt', null, term), h('dd', null, value ?? NONE)]));
}

/**
 * A table. Columns: [heading, cell(row), class?]; rows have a key. `fold` makes it a list on a phone.
 */
export function table({ caption, columns, rows, key, fold = false, open }) {
  return h('div', { class: 'scroll' },
    h('table', { class: fold ? 'fold' : null },
      h('caption', { class: 'sr' }, caption),
      h('thead', null, h('tr', null, columns.map(([title, , cls]) => h('th', { scope: 'col', class: cls }, title)))),
      h('tbody', null, rows.map((row) => {
        const extra = open?.(row);
        return [
          h('tr', { 'data-key': key(row), class: extra ? 'open' : null },
            columns.map(([title, cell, cls]) => h('td', { class: cls, 'data-label': title }, cell(row) ?? NONE))),
          extra ? h('tr', { 'data-key': `${key(row)}+` }, h('td', { colspan: columns.length, class: 'wrap wide bare' }, extra)) : null,
        ];
      }))));
}

/** How long ago, and whether that is too long. */
export function age(ms, old = 5_000) {
  if (ms == null) return h('span', { class: 'faint' }, 'never');
  const passed = now() - ms;
  return h('span', { class: passed > old ? 'stale' : null }, span(passed));
}

export function dot(state) {
  return h('span', { class: `dot ${state}`, 'aria-hidden': 'true' });
}

/** Rows of an object, the newest first. */
export const newest = (object) => Object.entries(object ?? {}).reverse();

export const marketLink = (pair) => h('a', { class: 'name', href: `#/market/${encodeURIComponent(pair)}` }, pair);

/** Position and worst case against the limit. */
export function limit(have, most) {
  return [bar(Number(have ?? 0), Number(most)), ' ', h('span', { class: 'dim' }, `${round(have, 0)} / ${round(most, 0)}`)];
}

/** Conditions that hold, the gravest first. */
export function alerts(document) {
  const rank = { page: 0, warn: 1, info: 2 };
  const all = Object.entries(document.alerts ?? {});
  all.sort(([a, x], [b, y]) => rank[x.severity] - rank[y.severity] || (a < b ? -1 : 1));
  return h('ul', { class: 'alerts' }, all.map(([key, alert]) => h('li', { class: alert.severity, 'data-key': key },
    h('b', null, alert.severity),
    alert.pair ? marketLink(alert.pair) : h('span', { class: 'dim' }, 'account'),
    h('span', { class: 'text' }, alert.text),
    h('span', { class: 'dim' }, span(now() - alert.since)),
    h('span', { class: 'fix' }, alert.fix))));
}

export function fillsTable(fills, caption, withPair = true) {
  return table({
    caption, fold: true, key: ([number]) => number, rows: fills,
    columns: [
      ['Time', ([, f]) => clock(f.at)],
      withPair && ['Market', ([, f]) => marketLink(f.pair), 'text'],
      ['Side', ([, f]) => side(f.side), 'text'],
      ['Price', ([, f]) => data(f.price, exact(f.price))],
      ['Size', ([, f]) => data(f.size, exact(f.size))],
      ['Edge bp', ([, f]) => bps(f.edge)],
      ['1 s', ([, f]) => bps(f.marks[0])],
      ['5 s', ([, f]) => bps(f.marks[1])],
      ['30 s', ([, f]) => bps(f.marks[2])],
      ['60 s', ([, f]) => bps(f.marks[3])],
      ['Fee', ([, f]) => usd(f.fee, { digits: 4 })],
      ['Position', ([, f]) => data(f.position, exact(f.position, true))],
      ['', ([, f]) => (f.liquidity === 'taker' ? h('span', { class: 'tag bad' }, 'took') : ''), 'text'],
    ].filter(Boolean),
  });
}

/** Basis points in our favour or not. */
export function bps(text) {
  return text == null ? h('span', { class: 'faint' }, NONE) : money(text, 1);
}

/** The chart of the account's profit. */
export function profitChart(document, tier, height) {
  const every = tier === 'fine' ? 1_000 : 300_000;
  const series = document.series.account[tier];
  return chart({
    id: `profit-${tier}`, title: tier === 'fine' ? 'Profit, 10 min' : 'Profit, 24 h', height, zero: true,
    show: (value) => round(value, Math.abs(value) < 10 ? 3 : 2, true),
    lines: [{ name: 'profit', points: column(series, 0, every), gap: every * 5, step: true }],
  });
}

export { count };
