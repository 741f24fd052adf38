// Orders, limits, the log.

import { h } from './dom.js';
import { clock, count, data, exact, money, round, short, side, span, usd } from './format.js';
import { age, alerts, card, facts, limit, marketLink, newest, table } from './parts.js';
import { now } from './store.js';

export function ordersView(document) {
  const { counts: c, orders } = document;
  const open = Object.entries(document.markets).flatMap(([pair, m]) => Object.entries(m.orders ?? {}).map(([cloid, order]) => [cloid, { ...order, pair }]));
  const states = {};
  for (const [, order] of open) states[order.state] = (states[order.state] ?? 0) + 1;
  return [
    h('div', { class: 'cards' },
      card('What became of them', null, facts(
        ['Attempts', count(c.attempts)],
        ['Accepted', count(c.accepted)],
        ['Refused', count(Object.values(c.rejected ?? {}).reduce((sum, n) => sum + n, 0))],
        ['Never sent', count(c.never_sent)],
        ['Not found', count(c.not_found)],
        ['In flight', count(c.in_flight)],
        ['Stopped by the gate', count(c.gate_stops)],
      )),
      card('Now', null, facts(...Object.entries(states).map(([state, n]) => [state.replace('_', ' '), count(n)]), ['In doubt, ever', count(c.unknown)], ['Cancelled', count(c.canceled)], ['Cancelled by the venue', count(c.canceled_by_venue)])),
      card('Refusals by code', null, Object.keys(c.rejected ?? {}).length
        ? facts(...Object.entries(c.rejected).map(([code, n]) => [h('span', { class: 'mono' }, code), count(n)]), ['of which lost races', count(c.races)])
        : h('p', { class: 'quiet' }, 'None in this run.'))),
    card(`Open (${open.length})`, null, openTable(open)),
    card('Refused or stopped, latest', null, refused(newest(orders.refused))),
    card('Gone, latest', null, gone(newest(orders.ended))),
  ];
}

function openTable(rows) {
  return table({
    caption: 'Open orders', fold: true, rows, key: ([cloid]) => cloid,
    columns: [
      ['Market', ([, o]) => marketLink(o.pair), 'text'],
      ['Side', ([, o]) => side(o.side), 'text'],
      ['Price', ([, o]) => data(o.price, exact(o.price))],
      ['Left', ([, o]) => data(o.remaining, exact(o.remaining))],
      ['State', ([, o]) => h('span', { class: `tag ${o.state === 'unknown' ? 'bad' : ''}` }, o.state.replace('_', ' ')), 'text'],
      ['Ahead, at most', ([, o]) => (o.ahead != null ? data(o.ahead, exact(o.ahead)) : null)],
      ['Resting for', ([, o]) => (o.taken ? age(o.taken, Infinity) : null)],
      ['Order', ([cloid]) => h('span', { class: 'mono' }, cloid), 'text wide'],
    ],
  });
}

function refused(rows) {
  if (!rows.length) return h('p', { class: 'quiet' }, 'None in this run.');
  return table({
    caption: 'Refused orders', fold: true, rows, key: ([number]) => number,
    columns: [
      ['Time', ([, o]) => clock(o.at, true)],
      ['Market', ([, o]) => marketLink(o.pair), 'text'],
      ['Side', ([, o]) => side(o.side), 'text'],
      ['Price', ([, o]) => data(o.price, exact(o.price))],
      ['Size', ([, o]) => data(o.size, exact(o.size))],
      ['Code', ([, o]) => h('span', { class: 'mono' }, o.code), 'text'],
    ],
  });
}

function gone(rows) {
  return table({
    caption: 'Orders that are gone', fold: true, rows, key: ([seq]) => seq,
    columns: [
      ['Time', ([, o]) => clock(o.at, true)],
      ['Market', ([, o]) => marketLink(o.pair), 'text'],
      ['Side', ([, o]) => side(o.side), 'text'],
      ['Price', ([, o]) => data(o.price, exact(o.price))],
      ['Size', ([, o]) => data(o.size, exact(o.size))],
      ['Not traded', ([, o]) => data(o.left, exact(o.left))],
      ['Lived', ([, o]) => span(o.at - o.sent)],
      ['End', ([, o]) => h('span', { class: `tag ${o.how === 'traded' ? 'good' : ''}` }, o.how.replaceAll('_', ' ')), 'text'],
      ['Order', ([, o]) => h('span', { class: 'mono' }, o.cloid), 'text wide'],
    ],
  });
}

export function limitsView(document) {
  const { safety: s, counts: c } = document;
  const raised = Object.keys(document.alerts ?? {}).length;
  const b = s.budget;
  const notices = newest(document.notices);
  return [
    card(`Alerts (${raised})`, null, raised ? alerts(document) : h('p', { class: 'quiet' }, 'No condition holds that the bot itself knows of.')),
    h('div', { class: 'cards' },
      card('Limits', null, facts(
        ['Grade', s.grade === 'normal' ? 'normal' : `${s.grade} (${s.reason})`],
        ['Worst case of limit', limit(s.worst, s.limit)],
        ['Own limits', s.watchdog === 'tight' ? 'tighter: the switch is refused' : 'as configured'],
        ['Dead man’s switch', s.dead_man.state],
        s.dead_man.fires && ['fires in', span(s.dead_man.fires - now())],
        ['Flattening', s.flattening ? 'yes' : 'no'],
        s.margin && ['Account value', usd(s.margin.value)],
        s.margin && ['Margin used', usd(s.margin.used)],
        s.margin && ['Maintenance', usd(s.margin.maintenance)],
      )),
      card('Budgets', null, facts(
        ['Requests left', count(b.left)],
        ['of', count(b.cap)],
        ['Cancels left', count(b.cancels_left)],
        ['Net use in an hour', count(b.per_hour)],
        ['Runway', b.runway_ms != null ? span(b.runway_ms) : b.left != null ? 'endless' : null],
        ['A request is worth', [usd(b.price, { digits: 5 }), ' USD']],
        ['Weight left', count(b.weight_left)],
      )),
      card('Process', null, s.shell ? facts(
        ['Orders read back', age(s.orders_read, 120_000)],
        ['Account read back', age(s.account_read, 120_000)],
        ['Fills read back', age(s.fills_read, 120_000)],
        ['Rules read', age(s.shell.specs_read, 120_000)],
        ['Journal', s.shell.journal],
        ['Disconnects', count(s.shell.disconnects)],
        ['Messages dropped, unreadable', [count(s.shell.dropped), ', ', count(s.shell.unreadable)]],
        ['Questions without answer', count(s.shell.failed_queries)],
        ['Inputs without sense', count(c.audits)],
      ) : h('p', { class: 'quiet' }, 'From the journal: there is no process.'))),
    card('Worst case by market', null, table({
      caption: 'Worst cases', fold: true, rows: Object.entries(document.markets), key: ([pair]) => pair,
      columns: [
        ['Market', ([pair]) => marketLink(pair), 'text'],
        ['Position', ([, m]) => data(m.position, exact(m.position, true))],
        ['Worst case', ([, m]) => limit(m.worst, m.limit), 'wide'],
        ['Grade', ([, m]) => (m.grade === 'normal' ? 'normal' : `${m.grade} (${m.reason})`), 'text'],
        ['Volume', ([, m]) => data(m.counts.volume, short(m.counts.volume))],
        ['Fees', ([, m]) => usd(m.counts.fees, { digits: 4 })],
        ['Profit', ([, m]) => money(m.profit, 4)],
      ],
    })),
    card('Told to people, latest', null, notices.length ? table({
      caption: 'Notices', fold: true, rows: notices, key: ([number]) => number,
      columns: [
        ['Time', ([, n]) => clock(n.at)],
        ['Severity', ([, n]) => h('span', { class: `tag ${n.severity === 'page' ? 'bad' : n.severity === 'warn' ? 'warn' : ''}` }, n.severity), 'text'],
        ['Market', ([, n]) => (n.pair ? marketLink(n.pair) : 'account'), 'text'],
        ['What', ([, n]) => n.text, 'wrap wide'],
      ],
    }) : h('p', { class: 'quiet' }, 'Nothing in this run.')),
  ];
}

/** What the log is filtered by; kept while the page is open. */
export const filter = { words: '', kind: '', pair: '', held: null };

const KINDS = {
  '': 'everything', orders: 'orders', fill_evt: 'fills', cancel_evt: 'cancels', quote_evt: 'quoting', risk: 'risk and halts', recon_evt: 'reconciliation', rotation_evt: 'rotation', signal_evt: 'signals', shell: 'the process',
};
const OF = {
  orders: /^(quant_evt|retry_guard|race_evt|order_evt|burn_evt|gate_evt)/, risk: /^(risk_evt|halt_evt|dead_man_evt|budget_evt|clock_evt)/, shell: /^(shell_evt|state_evt|stream_evt|log_evt|status_evt|metrics_evt|dashboard_evt|message_evt|sim_evt|audit_evt|spec_evt)/,
};

function wanted(line) {
  const { words, kind, pair } = filter;
  if (kind && !(OF[kind] ? OF[kind].test(line.text) : line.text.startsWith(kind))) return false;
  if (pair && !line.text.includes(`pair=${pair} `) && !line.text.endsWith(`pair=${pair}`)) return false;
  return words.toLowerCase().split(/\s+/).filter(Boolean).every((word) => {
    const text = line.text.toLowerCase();
    return word.startsWith('-') && word.length > 1 ? !text.includes(word.slice(1)) : text.includes(word);
  });
}

export function logView(document) {
  const lines = filter.held ?? document.log ?? {};
  const all = Object.entries(lines);
  const rows = all.filter(([, line]) => wanted(line)).reverse().slice(0, 400);
  return [
    card('Log', `${rows.length} of the last ${all.length} lines`,
      h('div', { class: 'tools' },
        h('input', { type: 'search', id: 'words', 'data-in': 'words', 'aria-label': 'Words that a line must have', placeholder: 'words; -word for without  ( / )' }),
        choice('kind', 'Kind', Object.entries(KINDS)),
        choice('pair', 'Market', [['', 'all markets'], ...Object.keys(document.markets).map((pair) => [pair, pair])]),
        h('button', { 'data-do': 'hold', 'aria-pressed': filter.held ? 'true' : 'false' }, filter.held ? 'Go on' : 'Hold')),
      h('ol', { class: 'log', reversed: true }, rows.map(([number, line]) => logLine(number, line)))),
    document.lines_lost ? h('p', { class: 'quiet' }, `${round(document.lines_lost, 0)} lines came too fast for this page; the log has them.`) : null,
  ];
}

function choice(name, label, options) {
  return h('select', { 'data-in': name, 'aria-label': label },
    options.map(([value, text]) => h('option', { value, selected: filter[name] === value }, text)));
}

const BAD = /unknown|refused|reject|failed|halt|stop|broken|exhausted|E_/;

function logLine(number, line) {
  const [name, ...rest] = line.text.split(' ');
  const text = rest.filter((word) => !word.startsWith('ts=') && !word.startsWith('tms=')).join(' ');
  return h('li', { 'data-key': number },
    h('span', { class: 'faint', title: `line ${number}` }, clock(line.at, true)),
    h('span', { class: BAD.test(name) || /err_code=E_/.test(text) ? 'bad' : 'name' }, name),
    h('span', null, text));
}
