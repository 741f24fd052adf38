// One market: its book with our orders and their places, what we hold, what was traded.

import { h } from './dom.js';
import { NONE, clock, count, data, exact, money, round, side, usd } from './format.js';
import { chart, column } from './chart.js';
import { age, card, facts, fillsTable, limit, newest, table } from './parts.js';
import { why } from './overview.js';

export function market(document, pair) {
  const m = document.markets[pair];
  if (!m) return card(pair, null, h('p', { class: 'quiet' }, 'This market is not watched now. Rotation says why.'));
  const fills = newest(document.fills).filter(([, fill]) => fill.pair === pair);
  return [
    h('div', { class: 'cards' }, state(m, pair), holding(m), going(m)),
    h('div', { class: 'book-row' },
      card('Book', age(m.heard), book(m)),
      h('div', { class: 'stack' }, card(null, null, quotes(document, pair, fills)),
        h('div', { class: 'pair' }, card(null, null, inventory(document, pair)), card(null, null, profit(document, pair))))),
    card(`Our orders (${Object.keys(m.orders ?? {}).length})`, null, orders(m)),
    card(`Fills (${fills.length} latest)`, null, fillsTable(fills.slice(0, 60), `Fills of ${pair}`, false)),
  ];
}

function state(m, pair) {
  return card(pair, why(m),
    h('p', { class: 'dim' }, m.why ? `${m.why.text} ${m.why.fix}` : 'Quoted on both sides where limits leave room.'),
    facts(
      ['Mid', data(m.mid, exact(m.mid))],
      ['Fair price', data(m.fair, exact(m.fair))],
      ['Spread', m.spread_bps ? [round(m.spread_bps, 2), ' bp'] : null],
      ['Grade', m.grade === 'normal' ? 'normal' : `${m.grade} (${m.reason})`],
      m.phase && ['Rotation', m.phase],
      ['Volatility', m.volatility != null ? `${round(m.volatility * 1e4, 2)} bp/√s` : m.cold ?? null],
      ['Signal', m.signal?.value != null ? round(m.signal.value, 2, true) : m.signal?.why ?? null],
    ));
}

function holding(m) {
  return card('Inventory', null, facts(
    ['Position', data(m.position, exact(m.position, true))],
    ['Worth', m.mid ? usd(String(Number(m.position) * Number(m.mid)), { signed: true }) : null],
    ['Worst case of limit', limit(m.worst, m.limit)],
    ['Profit', money(m.profit, 4)],
    ['Fees', usd(m.counts.fees, { digits: 4 })],
    ['Volume', usd(m.counts.volume)],
  ));
}

function going(m) {
  const c = m.counts;
  const codes = Object.entries(c.rejected ?? {});
  return card('Orders sent', null, facts(
    ['Attempts', count(c.attempts)],
    ['Accepted', count(c.accepted)],
    ['Fills', [count(c.maker_fills), ' made, ', count(c.taker_fills), ' took']],
    ['Cancelled', count(c.canceled)],
    ['Stopped by the gate', count(c.gate_stops)],
    ['In doubt, ever', count(c.unknown)],
    ...codes.map(([code, n]) => [h('span', { class: 'mono' }, code), count(n)]),
  ));
}

function book(m) {
  const ours = (of, price) => Object.values(m.orders ?? {}).filter((order) => order.side === of && Number(order.price) === Number(price));
  const row = (of) => ([price, size, others]) => {
    const mine = ours(of, price);
    const left = mine.reduce((sum, order) => sum + Number(order.remaining), 0);
    const ahead = mine.find((order) => order.ahead != null)?.ahead;
    return h('tr', { 'data-key': `${of}${price}`, class: `${of === 'buy' ? 'bid-side' : 'ask-side'}${mine.length ? ' ours' : ''}` },
      h('td', { class: 'price' }, exact(price)),
      h('td', null, exact(others)),
      h('td', null, mine.length ? String(Number(left.toFixed(8))) : ''),
      h('td', null, mine.length && ahead != null ? `≤ ${exact(ahead)}` : ''));
  };
  // Our orders that lie beyond what is heard of the book.
  const levels = (of, list) => {
    const known = new Set(list.map(([price]) => Number(price)));
    const beyond = Object.values(m.orders ?? {})
      .filter((order) => order.side === of && order.state !== 'closed' && !known.has(Number(order.price)))
      .map((order) => [order.price, null, null]);
    return list.concat(beyond).sort((a, b) => b[0] - a[0]);
  };
  return h('table', { class: 'book' },
    h('caption', { class: 'sr' }, 'Book, asks above bids; ahead is the most that others can have before our order'),
    h('thead', null, h('tr', null, ['Price', 'Others', 'Ours', 'Ahead'].map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', null,
      levels('sell', m.book.asks).map(row('sell')),
      h('tr', { 'data-key': 'mid', class: 'mid' }, h('td', { colspan: 4 }, m.mid ? `mid ${exact(m.mid)}, spread ${round(m.spread_bps, 2)} bp` : 'no mid')),
      levels('buy', m.book.bids).map(row('buy'))));
}

function quotes(document, pair, fills) {
  const series = document.series.markets[pair]?.fine;
  const marks = fills.map(([number, f]) => ({
    key: number, at: f.at, y: Number(f.price), side: f.side, text: `${clock(f.at)} ${f.side} ${f.size} at ${f.price}`,
  }));
  return chart({
    id: `quotes-${pair}`, title: 'Quotes around the mid, 10 min', height: 220, marks,
    show: (value) => exact(String(Number(value.toPrecision(7)))),
    lines: [
      { name: 'our ask', cls: 'ask', points: column(series, 2, 1_000), step: true },
      { name: 'mid', cls: '', points: column(series, 0, 1_000) },
      { name: 'our bid', cls: 'bid', points: column(series, 1, 1_000), step: true },
    ],
  });
}

function inventory(document, pair) {
  return chart({
    id: `inventory-${pair}`, title: 'Position', height: 120, zero: true, show: (value) => exact(String(Number(value.toPrecision(4))), true),
    lines: [{ name: 'position', points: column(document.series.markets[pair]?.fine, 3, 1_000), step: true }],
  });
}

function profit(document, pair) {
  return chart({
    id: `made-${pair}`, title: 'Profit', height: 120, zero: true, show: (value) => round(value, 3, true),
    lines: [{ name: 'profit', points: column(document.series.markets[pair]?.fine, 4, 1_000), step: true }],
  });
}

const STATES = { live: 'good', unknown: 'bad', pending: '', pending_cancel: '', closed: '' };

export function orders(m) {
  const all = Object.entries(m.orders ?? {});
  all.sort(([, a], [, b]) => b.price - a.price);
  return table({
    caption: 'Our orders', fold: true, rows: all, key: ([cloid]) => cloid,
    columns: [
      ['Order', ([cloid]) => h('span', { class: 'mono', title: cloid }, `${cloid.slice(0, 10)}…${cloid.slice(-6)}`), 'text'],
      ['Side', ([, o]) => side(o.side), 'text'],
      ['Price', ([, o]) => data(o.price, exact(o.price))],
      ['Left', ([, o]) => data(o.remaining, exact(o.remaining))],
      ['State', ([, o]) => h('span', { class: `tag ${STATES[o.state]}` }, o.state.replace('_', ' ')), 'text'],
      ['Ahead, at most', ([, o]) => (o.ahead != null ? data(o.ahead, exact(o.ahead)) : NONE)],
      ['Others there', ([, o]) => (o.others != null ? data(o.others, exact(o.others)) : NONE)],
      ['Resting for', ([, o]) => (o.taken ? age(o.taken, Infinity) : NONE)],
    ],
  });
}
