// The page: what is shown where, and what keys and clicks do.

import { h, render } from './dom.js';
import { again, measure, point } from './chart.js';
import { round, span } from './format.js';
import { follow, isStale, now, shown, store } from './store.js';
import { overview } from './overview.js';
import { market } from './market.js';
import { filter, limitsView, logView, ordersView } from './lists.js';
import { fillsView } from './fills.js';
import { rotationView, signalsView, unfolded } from './choice.js';
import { dot } from './parts.js';
import * as control from './control.js';
import * as time from './time.js';

const VIEWS = [
  ['', 'Overview', overview], ['orders', 'Orders', ordersView], ['fills', 'Fills', fillsView], ['limits', 'Limits', limitsView],
  ['rotation', 'Rotation', rotationView], ['signals', 'Signals', signalsView], ['log', 'Log', logView],
];

const at = (id) => document.getElementById(id);

function route() {
  const [, name = '', pair] = location.hash.split('/');
  return { name, pair: pair ? decodeURIComponent(pair) : null };
}

function top(doc) {
  const { name, pair } = route();
  const run = doc?.run;
  const state = { live: 'ok', silent: 'warn', ended: 'page', lost: 'page', connecting: '' }[store.link];
  const word = store.past ? 'past' : store.link;
  return [
    h('h1', null, 'mm-bot'),
    run ? h('span', { class: 'who', title: `account ${run.account}\nrun ${run.id}\nconfiguration ${run.config}\nversion ${run.bot}` },
      run.venue, h('span', { class: 'long' }, ` · ${run.account.slice(0, 6)}…${run.account.slice(-4)}`), ' · run ', h('span', { class: 'mono', id: 'run' }, run.id)) : null,
    h('nav', { 'aria-label': 'Views' },
      VIEWS.map(([of, title]) => h('a', { href: `#/${of}`, 'aria-current': of === name ? 'page' : null }, title)),
      pair ? h('a', { href: location.hash, 'aria-current': 'page' }, pair) : null),
    h('span', { class: 'right' },
      h('span', { id: 'link', 'data-link': store.link }, dot(state), word),
      h('button', { class: 'plain', 'data-do': 'controls', title: 'Controls (c)' }, 'Controls'),
      h('button', { class: 'plain', 'data-do': 'theme', title: 'Light or dark (t)', 'aria-label': 'Light or dark' }, '◐'),
      h('button', { class: 'plain', 'data-do': 'help', title: 'Keys (?)', 'aria-label': 'Keys' }, '?')),
  ];
}

function banner() {
  const bars = [];
  const lost = performance.now() - store.heard;
  if (store.link === 'lost' || (store.link === 'live' && lost > 3_000)) {
    bars.push(h('div', { class: 'page' }, `No connection to the bot for ${span(lost)}. What is shown is that old. Trying again …`));
  } else if (store.link === 'silent') {
    bars.push(h('div', { class: 'page' }, `The bot’s loop has not answered for ${span(Date.now() - store.silent)}. What is shown is that old.`));
  } else if (store.link === 'ended') {
    bars.push(h('div', { class: 'page' }, 'The run has ended. What is shown is its last state.'));
  }
  if (store.past) bars.push(h('div', { class: 'past' }, 'This is the past, from the journal of decisions. Press l for now.'));
  const halted = !store.past && store.live?.safety.halted;
  if (halted) bars.push(h('div', { class: 'page' }, `Halted (${halted.reason}) ${span(now() - halted.since)} ago: nothing is quoted until somebody resumes.`));
  return bars;
}

function title(doc) {
  if (!doc) return 'mm-bot';
  const all = Object.values(doc.markets);
  const quoted = all.filter((one) => !one.why).length;
  const grave = Object.values(doc.alerts ?? {}).some((alert) => alert.severity === 'page');
  return `${grave || store.link !== 'live' ? '! ' : ''}${round(doc.earning.profit, 2, true)} · ${quoted}/${all.length} quoting`;
}

let waiting = false;

function draw() {
  waiting = false;
  const doc = shown();
  render(at('top'), top(doc));
  render(at('banner'), banner());
  render(at('time'), time.bar());
  document.body.classList.toggle('stale', !store.past && isStale());
  document.title = title(doc);
  if (!doc) return;
  const { name, pair } = route();
  const view = VIEWS.find(([of]) => of === name)?.[2] ?? overview;
  render(at('view'), name === 'market' && pair ? market(doc, pair) : view(doc));
  again();
  if (measure()) changed();
}

/** Draws once for all that changes before the next frame. */
function changed() {
  if (waiting) return;
  waiting = true;
  // A page that is not seen is drawn by the timer below.
  if (!document.hidden) requestAnimationFrame(draw);
  else setTimeout(draw, 1_000);
}

function theme(set) {
  const root = document.documentElement;
  const dark = set ?? (root.dataset.theme === 'dark' ? 'light' : 'dark');
  root.dataset.theme = dark;
  if (!set) localStorage.setItem('theme', dark);
}

const ACTIONS = {
  controls: () => control.open(),
  control: (element) => control.choice(element.dataset.deed),
  'control-back': () => control.open(),
  'control-send': () => control.send(),
  help: () => control.help(),
  close: () => at('dialog').close(),
  theme: () => theme(),
  live: () => time.live(changed),
  hold: () => { filter.held = filter.held ? null : { ...(shown()?.log ?? {}) }; },
  unfold: (element) => {
    const { pair } = element.dataset;
    if (!unfolded.delete(pair)) unfolded.add(pair);
  },
};

document.addEventListener('click', (event) => {
  const element = event.target.closest('[data-do]');
  if (!element) return;
  ACTIONS[element.dataset.do]?.(element);
  changed();
});
document.addEventListener('input', (event) => {
  const name = event.target.dataset.in;
  if (name === 'time') time.go(Number(event.target.value), changed);
  else if (name) filter[name] = event.target.value;
  changed();
});
document.addEventListener('pointermove', point);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.target.id === 'confirm') return control.send();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select, textarea')) return;
  if (at('dialog').open) return;
  const number = Number(event.key);
  if (number >= 1 && number <= VIEWS.length) location.hash = `#/${VIEWS[number - 1][0]}`;
  else if (event.key === 'j' || event.key === 'k') neighbour(event.key === 'j' ? 1 : -1);
  else if (event.key === 'l') time.live(changed);
  else if (event.key === '[' || event.key === '{') time.step(event.shiftKey ? -60_000 : -10_000, changed);
  else if (event.key === ']' || event.key === '}') time.step(event.shiftKey ? 60_000 : 10_000, changed);
  else if (event.key === 't') theme();
  else if (event.key === 'c') control.open();
  else if (event.key === '?') control.help();
  else if (event.key === '/') {
    location.hash = '#/log';
    event.preventDefault();
    setTimeout(() => at('words')?.focus(), 60);
  }
});

function neighbour(by) {
  const pairs = Object.keys(shown()?.markets ?? {});
  if (!pairs.length) return;
  const here = pairs.indexOf(route().pair);
  const next = here < 0 ? (by > 0 ? 0 : pairs.length - 1) : (here + by + pairs.length) % pairs.length;
  location.hash = `#/market/${encodeURIComponent(pairs[next])}`;
}

const system = matchMedia('(prefers-color-scheme: dark)');
const preferred = () => theme(localStorage.getItem('theme') ?? (system.matches ? 'dark' : 'light'));
system.addEventListener('change', preferred);
preferred();

addEventListener('hashchange', () => { changed(); at('view').focus({ preventScroll: true }); scrollTo(0, 0); });
addEventListener('resize', changed);
// Ages go on when nothing comes, and then most of all.
setInterval(changed, 500);
setInterval(() => time.look().then(changed), 5_000);
let run = null;
follow(() => {
  if (store.live && store.live.run.id !== run) {
    run = store.live.run.id;
    // Another run: nothing of the one before is left on the page.
    time.live(changed);
    filter.held = null;
    time.look().then(changed);
  }
  changed();
});
draw();
