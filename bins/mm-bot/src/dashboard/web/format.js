// Numbers for people. The bot sends exact decimal text; what is shown is rounded, what is compared or
// copied is not: every figure carries its text in the `value` of a <data> element.

import { h } from './dom.js';

const formats = new Map();
function format(digits) {
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat('en-US', {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }));
  }
  return formats.get(digits);
}

/** With a real minus sign, and a plus where `signed`. */
function sign(text, number, signed) {
  const bare = text.replace('-', '');
  const nothing = !/[1-9]/.test(bare);
  if (number < 0 && !nothing) return `\u2212${bare}`;
  return signed && number > 0 && !nothing ? `+${bare}` : bare;
}

export const NONE = '\u2013';

/** Rounded to `digits` decimals. */
export function round(text, digits, signed = false) {
  if (text == null) return NONE;
  const number = Number(text);
  return sign(format(digits).format(number), number, signed);
}

/** As it is, with the thousands apart. */
export function exact(text, signed = false) {
  if (text == null) return NONE;
  const [whole, part] = String(text).replace('-', '').split('.');
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part ? `.${part}` : '');
  return sign(apart, Number(text), signed);
}

/** Large amounts short: 1.23M. */
export function short(text) {
  if (text == null) return NONE;
  const number = Number(text);
  const size = Math.abs(number);
  for (const [unit, name] of [[1e9, 'B'], [1e6, 'M'], [1e4, 'k']]) {
    if (size >= unit) {
      const scale = name === 'k' ? 1e3 : unit;
      return sign(format(size >= scale * 100 ? 0 : 1).format(number / scale), number) + name;
    }
  }
  return round(text, size >= 100 ? 0 : 2);
}

/** A figure with its exact text. */
export function data(text, shown, cls) {
  return h('data', { value: text ?? '', class: cls, title: text ?? null }, shown);
}

export function usd(text, { signed = false, digits = 2 } = {}) {
  return data(text, round(text, digits, signed));
}

/** Money made or lost. */
export function money(text, digits = 2) {
  const shown = round(text, digits, true);
  const cls = shown.startsWith('+') ? 'gain' : shown.startsWith('\u2212') ? 'loss' : null;
  return data(text, shown, cls);
}

export function count(number) {
  return number == null ? NONE : data(String(number), format(0).format(number));
}

/** How long, in the largest unit that says enough. */
export function span(ms) {
  if (ms == null || Number.isNaN(ms)) return NONE;
  const s = Math.max(0, ms) / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} d`;
}

const two = (n) => String(n).padStart(2, '0');

/** The time of day, UTC as in the log. */
export function clock(ms, fine = false) {
  if (ms == null) return NONE;
  const at = new Date(ms);
  const text = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return fine ? `${text}.${String(at.getUTCMilliseconds()).padStart(3, '0')}` : text;
}

export function day(ms) {
  const at = new Date(ms);
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
}

export const side = (word) => h('span', { class: word === 'buy' ? 'bid' : 'ask' }, word);
