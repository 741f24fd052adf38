// What was traded, what it was worth a little later, and where the money went.

import { h } from './dom.js';
import { clock, count, data, day, money, short, usd } from './format.js';
import { bps, card, facts, fillsTable, marketLink, newest, table } from './parts.js';

export function fillsView(document) {
  const fills = newest(document.fills);
  return [
    document.split ? split(document.split) : null,
    card(`Fills (${fills.length} latest)`, 'basis points of the price, in our favour', fillsTable(fills, 'Fills')),
  ];
}

function split(s) {
  if (!s.to) return card('Where the money went', null, h('p', { class: 'quiet' }, 'The venue has not told of the account often enough yet.'));
  const whole = s.reconciles ? h('span', { class: 'tag good' }, 'adds up to the unit')
    : h('span', { class: 'tag bad' }, `${s.difference} not accounted for`);
  const rows = [...Object.entries(s.markets).map(([pair, parts]) => [pair, parts, marketLink(pair)]), ['all', s.total, h('b', null, 'All')]];
  const hours = newest(s.hours).map(([hour, parts]) => [hour, parts, `${day(hour * 3_600_000)} ${clock(hour * 3_600_000).slice(0, 5)}`]);
  return [
    h('div', { class: 'book-row' },
      card('Where the money went', whole, facts(
        ['From', s.from ? clock(s.from) : null],
        ['To', clock(s.to)],
        ['Account then', usd(s.start)],
        ['Account now', usd(s.end)],
        ['Change', money(s.change, 4)],
        ['Paid in, less paid out', usd(s.transfers)],
        ...s.doubts.map((doubt, n) => [`Doubt ${n + 1}`, doubt]),
      )),
      card('By market', 'by the venue’s own documents', parts('Profit by market', 'Market', rows))),
    hours.length > 1 ? card('By hour', 'UTC', parts('Profit by hour', 'Hour', hours)) : null,
  ];
}

function parts(caption, first, rows) {
  return table({
    caption, fold: true, rows, key: ([key]) => key,
    columns: [
      [first, ([, , name]) => name, 'text'],
      ['Profit', ([, p]) => money(p.sum, 4)],
      ['Spread', ([, p]) => money(p.spread, 4)],
      ['Inventory', ([, p]) => money(p.inventory, 4)],
      ['Fees', ([, p]) => usd(p.fees, { digits: 4 })],
      ['Rebates', ([, p]) => usd(p.rebates, { digits: 4 })],
      ['Funding', ([, p]) => money(p.funding, 4)],
      ['Fills', ([, p]) => count(p.fills)],
      ['Volume', ([, p]) => data(p.volume, short(p.volume))],
      ['1 s bp', ([, p]) => bps(p.marks[0])],
      ['5 s', ([, p]) => bps(p.marks[1])],
      ['30 s', ([, p]) => bps(p.marks[2])],
      ['60 s', ([, p]) => bps(p.marks[3])],
    ],
  });
}
