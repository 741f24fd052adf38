// Looking back: the slider over the journal of decisions.

import { h } from './dom.js';
import { clock, day, span } from './format.js';
import { store } from './store.js';

/** What the journal holds: {from, to}; null while there is none. */
let range = null;
let wanted = null;
let asking = false;
let why = '';

/** Asks now and then how far the journal reaches. */
export async function look() {
  if (!store.live?.run.history) {
    range = null;
    return;
  }
  try {
    const answer = await fetch('/api/history');
    range = answer.ok ? await answer.json() : null;
  } catch {
    // The banner says that there is no connection.
  }
}

export function live(changed) {
  wanted = null;
  store.past = null;
  why = '';
  changed('time');
}

/** Goes to a moment, or as near as the journal has one. */
export async function go(ms, changed) {
  if (!range) return;
  wanted = Math.min(Math.max(ms, range.from), range.to);
  changed('time');
  if (asking) return;
  asking = true;
  while (wanted !== null) {
    const at = wanted;
    try {
      const answer = await fetch(`/api/history/${Math.round(at)}`);
      if (wanted === null) break;
      if (answer.status === 202) {
        const { at: come } = await answer.json();
        const part = (come - range.from) / Math.max(1, at - range.from);
        why = `reading the journal, ${Math.max(0, Math.min(99, Math.floor(part * 100)))} %`;
        changed('time');
        continue;
      }
      if (answer.ok) store.past = await answer.json();
      why = answer.ok ? '' : (await answer.text()).trim();
    } catch (error) {
      why = error.message;
    }
    if (wanted === at) break;
  }
  asking = false;
  changed('time');
}

export const step = (ms, changed) => go((wanted ?? store.past?.at ?? store.live?.at ?? 0) + ms, changed);

export function bar() {
  const at = wanted ?? store.past?.at;
  if (!range) {
    const text = store.live?.run.history ? 'Reading the journal …' : 'No journal of decisions: only the present can be shown.';
    return [h('span', { class: 'dim' }, text)];
  }
  const present = at == null;
  return [
    h('button', { 'data-do': 'live', disabled: present, title: 'l' }, present ? 'Live' : 'Back to live'),
    h('input', {
      type: 'range', id: 'slider', 'data-in': 'time', min: range.from, max: range.to, step: 1000, value: present ? range.to : Math.round(at), 'aria-label': 'Moment to look at', 'aria-valuetext': clock(at ?? range.to),
    }),
    h('output', { class: 'mono' }, present ? 'now' : `${day(at)} ${clock(at)} UTC`),
    h('span', { class: 'dim long' }, why || `journal of ${span(range.to - range.from)}`),
  ];
}
