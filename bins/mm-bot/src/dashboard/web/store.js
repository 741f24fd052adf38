// What is known: the document, kept up to date by its stream, and how fresh that is.

/** RFC 7386, in place. */
export function apply(target, patch) {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key];
    else if (typeof value === 'object' && !Array.isArray(value)) {
      if (typeof target[key] !== 'object' || target[key] === null || Array.isArray(target[key])) target[key] = {};
      apply(target[key], value);
    } else target[key] = value;
  }
}

/** The contract that this page speaks. */
const VERSION = 1;

export const store = {
  /** The document of now; null before the first. */
  live: null,
  /** A document of the past, while one is looked at. */
  past: null,
  /** connecting, live, silent, ended, lost. */
  link: 'connecting',
  /** When the last message came, by this page's clock. */
  heard: performance.now(),
  /** Since when the bot's loop has not answered, by its clock. */
  silent: null,
  /** How often the run has changed while this page was open. */
  restarts: 0,
};

/** What is shown. */
export const shown = () => store.past ?? store.live;

/** The bot's clock, now: as last told, and what has passed here since. */
export function now() {
  if (store.past) return store.past.at;
  return (store.live?.at ?? 0) + (performance.now() - store.heard);
}

/** Whether what is shown is no longer so. */
export function isStale() {
  return store.live !== null && (store.link !== 'live' || performance.now() - store.heard > 3_000);
}

/** Follows the stream for ever; `changed` is told after each message. */
export function follow(changed) {
  let source = null;
  let again = 0;
  const open = () => {
    source?.close();
    source = new EventSource('/api/stream');
    const on = (name, take) => source.addEventListener(name, (event) => {
      store.heard = performance.now();
      again = 0;
      take(JSON.parse(event.data));
      changed(name);
    });
    on('snapshot', (document) => {
      // Another version of the bot brings another page.
      const other = store.live && store.live.run.bot !== document.run.bot;
      if (document.version !== VERSION || other) return location.reload();
      if (store.live && store.live.run.id !== document.run.id) store.restarts += 1;
      store.live = document;
      store.link = 'live';
    });
    on('patch', (patch) => {
      if (store.live) apply(store.live, patch);
      store.link = 'live';
    });
    on('silent', ({ since }) => {
      store.link = 'silent';
      store.silent = since;
    });
    on('ended', () => { store.link = 'ended'; });
    source.onerror = () => {
      if (store.link !== 'ended' || performance.now() - store.heard > 3_000) store.link = 'lost';
      changed('lost');
      // A browser gives up by itself after an answer that is no stream.
      if (source.readyState === EventSource.CLOSED) {
        again = Math.min(again + 1, 5);
        setTimeout(open, 500 * again);
      }
    };
  };
  open();
}
