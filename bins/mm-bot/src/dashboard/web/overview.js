// The three questions: is it earning, is it safe, why is it not quoting.

import { h } from './dom.js';
import { count, data, exact, money, round, short, span, usd } from './format.js';
import { age, alerts, card, dot, facts, limit, marketLink, profitChart, table } from './parts.js';
import { now } from './store.js';

export function overview(document) {
  const raised = Object.keys(document.alerts ?? {}).length;
  return [
    h('div', { class: 'cards' }, earning(document), safe(document), quoting(document)),
    raised ? card(`Alerts (${raised})`, null, alerts(document)) : null,
    card('Markets', null, markets(document)),
    h('div', { class: 'pair' }, card(null, null, profitChart(document, 'fine', 170)), card(null, null, profitChart(document, 'coarse', 170))),
  ];
}

function answer(id, question, state, verdict, why, ...rest) {
  return h('section', { class: 'card answer', id },
    h('header', null, h('h2', null, question)),
    h('div', { class: 'verdict' }, dot(state), verdict),
    h('div', { class: 'why' }, why), rest);
}

function earning({ earning: e, counts, run }) {
  const sum = Number(e.profit ?? 0);
  const state = e.profit == null ? '' : sum > 0 ? 'ok' : sum < 0 ? 'warn' : '';
  const lasted = now() - run.started;
  return answer('earning', 'Is it earning?', state, e.profit == null ? 'Not known' : ['$ ', money(e.profit)],
    e.profit == null ? 'A position has no price yet.' : `in this run, ${span(lasted)}`,
    facts(
      ['Per hour', money(e.per_hour)],
      ['Of volume', [money(e.bps, 2), ' bp']],
      ['Volume', data(e.volume, short(e.volume))],
      ['Fees paid', usd(e.fees, { digits: 4 })],
      ['Fills', [count(counts.maker_fills), ' made, ', count(counts.taker_fills), ' took']],
      ['Account value', usd(e.equity)],
    ));
}

const DEAD_MAN = {
  off: 'off', waiting: 'not set yet', armed: 'armed', refused: 'refused by the venue', doubtful: 'not certain', exhausted: 'used up today',
};

function safe({ safety: s, alerts: raised }) {
  const grave = Object.values(raised ?? {});
  const has = (severity) => grave.some((alert) => alert.severity === severity);
  const state = s.halted || has('page') ? 'page' : has('warn') || s.grade !== 'normal' ? 'warn' : 'ok';
  const verdict = s.halted ? 'Halted' : { page: 'No', warn: 'With care', ok: 'Yes' }[state];
  const gravest = grave.find((alert) => alert.severity === state) ?? grave[0];
  const why = s.halted ? `${s.halted.reason}, ${span(now() - s.halted.since)} ago`
    : state !== 'ok' && gravest ? [gravest.pair ? `${gravest.pair}: ` : null, gravest.text]
      : s.grade === 'normal' ? 'within all limits' : `${s.grade}: ${s.reason}`;
  const runway = s.budget.runway_ms != null ? span(s.budget.runway_ms) : s.budget.left != null ? 'endless' : null;
  return answer('safe', 'Is it safe?', state, verdict, why,
    facts(
      ['Worst case of limit', limit(s.worst, s.limit)],
      ['Dead man’s switch', DEAD_MAN[s.dead_man.state] ?? s.dead_man.state],
      ['Requests left', [count(s.budget.left), runway ? h('span', { class: 'dim' }, ` ${runway}`) : null]],
      ['Read back', s.account_read ? [age(Math.min(s.orders_read ?? 0, s.account_read, s.fills_read ?? 0), 120_000), ' ago'] : 'not yet'],
      ['Journal', s.shell?.journal ?? 'replayed'],
      ['Connected', s.connected ? ['for ', span(now() - s.connected)] : h('span', { class: 'loss' }, 'no')],
    ));
}

function quoting({ markets: all, counts, rotation }) {
  const rows = Object.entries(all);
  const idle = rows.filter(([, market]) => market.why);
  const state = idle.length === 0 ? 'ok' : idle.length === rows.length ? 'page' : 'warn';
  const reasons = new Map();
  for (const [pair, market] of idle) {
    const { code, text } = market.why;
    if (!reasons.has(code)) reasons.set(code, { text, pairs: [] });
    reasons.get(code).pairs.push(pair);
  }
  const list = [...reasons].slice(0, 6).map(([code, { text, pairs }]) => [
    h('span', { title: text }, code.replaceAll('_', ' ')),
    pairs.length > 4 ? `${pairs.length} markets` : pairs.map((pair, n) => [n ? ', ' : null, marketLink(pair)]),
  ]);
  return answer('quoting', 'Why is it not quoting?', state,
    idle.length === 0 ? 'It is' : `${rows.length - idle.length} of ${rows.length} markets`,
    idle.length === 0 ? `all ${rows.length} markets are quoted` : idle.length === 1 ? idle[0][1].why.text : 'are quoted; the others are not, because',
    facts(...list,
      ['Orders resting', count(rows.reduce((sum, [, m]) => sum + Object.values(m.orders ?? {}).filter((o) => o.state === 'live').length, 0))],
      ['Refused', [count(Object.values(counts.rejected ?? {}).reduce((sum, n) => sum + n, 0)), ' of ', count(counts.attempts)]],
      ['Oldest book', rows.length ? age(Math.min(...rows.map(([, m]) => m.heard ?? 0))) : null],
      rotation && ['Next choice', rotation.due ? `in ${span(rotation.due - now())}` : 'measuring'],
    ));
}

export function why(market) {
  if (!market.why) return h('span', { class: 'tag good' }, 'quoting');
  return h('span', { class: 'tag warn', title: `${market.why.text} ${market.why.fix}` }, market.why.code.replaceAll('_', ' '));
}

/** Our best order of a side. */
function best(market, side) {
  const prices = Object.values(market.orders ?? {})
    .filter((order) => order.side === side && (order.state === 'live' || order.state === 'pending_cancel'))
    .map((order) => order.price);
  prices.sort((a, b) => (side === 'buy' ? b - a : a - b));
  return prices[0];
}

function markets(document) {
  return table({
    caption: 'Markets', fold: true, rows: Object.entries(document.markets), key: ([pair]) => pair,
    columns: [
      ['Market', ([pair, m]) => [marketLink(pair), ' ', why(m)], 'text'],
      ['Mid', ([, m]) => data(m.mid, exact(m.mid))],
      ['Spread bp', ([, m]) => data(m.spread_bps, round(m.spread_bps, 2))],
      ['Our bid', ([, m]) => h('span', { class: 'bid' }, exact(best(m, 'buy')))],
      ['Our ask', ([, m]) => h('span', { class: 'ask' }, exact(best(m, 'sell')))],
      ['Position', ([, m]) => data(m.position, exact(m.position, true))],
      ['Worst case', ([, m]) => limit(m.worst, m.limit), 'wide'],
      ['Fills', ([, m]) => count(m.counts.maker_fills + m.counts.taker_fills)],
      ['Profit', ([, m]) => money(m.profit, 3)],
      ['Book', ([, m]) => age(m.heard)],
    ],
  });
}
