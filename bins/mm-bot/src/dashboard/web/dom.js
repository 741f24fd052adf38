// Building the page: elements out of plain calls, and the page that is there made equal to them, so
// that focus, selection and scrolling survive a change. No string ever becomes markup.

const SVG = new Set(['svg', 'g', 'path', 'rect', 'line', 'circle', 'text', 'title']);

/** An element. `props` are attributes; false, null and undefined mean none. */
export function h(tag, props, ...children) {
  const element = SVG.has(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child != null && child !== false) element.append(String(child));
  }
}

/** Makes the children of `target` equal to `nodes`. */
export function render(target, ...nodes) {
  const made = document.createElement('div');
  append(made, nodes);
  children(target, made);
}

function same(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName
    && (a.nodeType !== 1 || a.getAttribute('data-key') === b.getAttribute('data-key'));
}

function morph(old, made) {
  if (old.nodeType === 3) {
    if (old.data !== made.data) old.data = made.data;
    return;
  }
  if (old.nodeType !== 1) return;
  for (const { name } of [...old.attributes]) {
    if (!made.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
  }
  for (const { name, value } of made.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  // What somebody types or drags is his, unless the page says what it is.
  if (old instanceof HTMLInputElement && made.hasAttribute('value') && document.activeElement !== old) {
    old.value = made.getAttribute('value');
  }
  children(old, made);
}

function children(old, made) {
  const keyed = new Map();
  for (const child of old.children) {
    const key = child.getAttribute('data-key');
    if (key !== null) keyed.set(key, child);
  }
  let at = old.firstChild;
  while (made.firstChild) {
    const next = made.firstChild;
    made.removeChild(next);
    const key = next.nodeType === 1 ? next.getAttribute('data-key') : null;
    const known = key === null ? null : keyed.get(key);
    if (known && same(known, next)) {
      keyed.delete(key);
      if (known === at) at = at.nextSibling;
      else old.insertBefore(known, at);
      morph(known, next);
    } else if (key === null && at && same(at, next)) {
      morph(at, next);
      at = at.nextSibling;
    } else {
      old.insertBefore(next, at);
    }
  }
  while (at) {
    const rest = at.nextSibling;
    at.remove();
    at = rest;
  }
}
