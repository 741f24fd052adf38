// Controls: only with the token, only when confirmed, each with what it will do.

import { h, render } from './dom.js';
import { store } from './store.js';

const DEEDS = {
  halt: ['Halt', 'Cancels every order and quotes nothing, in this run and in those after it, until somebody resumes.'],
  resume: ['Resume', 'Ends a halt. Quoting begins again after everything has been read back. If losses halted it, they are accepted.'],
  'cancel-all': ['Cancel all', 'Halts, cancels every order, and waits until the venue confirms that none is left.'],
  flatten: ['Flatten', 'Cancels every order and closes every position with orders that take, then stays halted. It costs the spread.'],
};

/** The token stays in this page's memory and goes with a command only. */
let token = '';
let chosen = null;
let said = null;

const dialog = () => document.getElementById('dialog');

export function open() {
  chosen = null;
  said = null;
  draw();
  if (!dialog().open) dialog().showModal();
}

function draw() {
  const controls = store.live?.run.controls;
  render(dialog(), h('h2', { id: 'dialog-title' }, chosen ? DEEDS[chosen][0] : 'Controls'),
    !controls ? [
      h('p', null, 'This dashboard is read-only.'),
      h('p', { class: 'dim' }, 'Set dashboard.token_file to a file with a token (mode 0600) and restart, or use mm-bot halt, resume, cancel-all and flatten in a shell.'),
    ] : chosen ? confirm() : choose(),
    h('p', { id: 'said', role: 'alert', class: said?.bad ? 'loss' : 'gain' }, said?.text ?? ''),
    h('div', { class: 'tools' },
      chosen ? h('button', { 'data-do': 'control-back' }, 'Back') : null,
      h('button', { 'data-do': 'close' }, 'Close')));
}

function choose() {
  return [
    h('p', { class: 'dim' }, 'Each asks again before it does anything. The same as the commands of mm-bot.'),
    h('div', { class: 'tools' }, Object.entries(DEEDS).map(([deed, [name]]) => h('button', { 'data-do': 'control', 'data-deed': deed, class: deed === 'resume' ? null : 'grave' }, name))),
  ];
}

function confirm() {
  return [
    h('p', null, DEEDS[chosen][1]),
    h('label', null, 'Token', h('input', { type: 'password', id: 'token', autocomplete: 'off', value: token })),
    h('label', null, 'Reason, for the log and the journal', h('input', { type: 'text', id: 'reason', maxlength: 120 })),
    h('label', null, `Type ${chosen} to confirm`, h('input', { type: 'text', id: 'confirm', autocomplete: 'off', spellcheck: 'false' })),
    h('div', { class: 'tools' }, h('button', { 'data-do': 'control-send', class: chosen === 'resume' ? null : 'grave' }, DEEDS[chosen][0])),
  ];
}

export function choice(deed) {
  chosen = deed;
  said = null;
  draw();
  document.getElementById(token ? 'confirm' : 'token').focus();
}

export async function send() {
  const read = (id) => document.getElementById(id).value;
  token = read('token').trim();
  if (read('confirm').trim() !== chosen) {
    said = { bad: true, text: `Not sent: type ${chosen} to confirm.` };
    return draw();
  }
  said = { text: 'Sent …' };
  const body = JSON.stringify({ do: chosen, confirm: chosen, reason: read('reason') });
  draw();
  try {
    const answer = await fetch('/api/control', {
      method: 'POST', body, headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    });
    const told = await answer.json();
    const left = told.remaining == null ? '' : ` ${told.remaining} orders remain.`;
    said = answer.ok ? { text: `Done: ${told.done}.${left}` } : { bad: true, text: `Refused (${answer.status}): ${told.error}` };
    if (answer.status === 401) token = '';
  } catch (error) {
    said = { bad: true, text: `Not answered: ${error.message}. The bot may not have heard it.` };
  }
  draw();
}

const KEYS = [
  ['1 … 7', 'Overview, Orders, Fills, Limits, Rotation, Signals, Log'],
  ['j  k', 'next market, previous market'],
  ['/', 'filter the log'],
  ['[  ]', 'back and forth in time, 10 s; with Shift a minute'],
  ['l', 'live again'],
  ['c', 'controls'],
  ['t', 'light or dark'],
  ['?', 'this help'],
  ['Esc', 'close'],
];

export function help() {
  render(dialog(), h('h2', { id: 'dialog-title' }, 'Keys'),
    h('table', null, h('tbody', null, KEYS.map(([key, what]) => h('tr', null, h('td', null, h('kbd', null, key)), h('td', { class: 'wrap' }, what))))),
    h('div', { class: 'tools' }, h('button', { 'data-do': 'close' }, 'Close')));
  if (!dialog().open) dialog().showModal();
}
