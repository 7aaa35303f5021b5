'use strict';
// The table of all items: sorted, filtered, searched, linked to and saved. What is in it comes from
// dumps that anyone may have written, so it only ever becomes text.

/** @typedef {(string | null)[]} Texts */
/** @typedef {(number | null)[]} Numbers */
/**
 * The unpacked columns; `src/render/html/items.rs` says what they hold.
 * @typedef {object} Table
 * @property {number | null} base
 * @property {string[]} id
 * @property {Texts} name
 * @property {Texts} message
 * @property {Texts} work
 * @property {Numbers} started
 * @property {Numbers} ended
 * @property {Numbers} effective
 * @property {number[]} job
 * @property {string[]} jobs
 * @property {number[]} status
 * @property {string[]} statuses
 * @property {Numbers} reason
 * @property {string[]} reasons
 * @property {Numbers} file
 * @property {string[]} files
 * @property {Numbers} group
 * @property {Texts} groups
 * @property {string[]} group_ids
 * @property {number[][]} job_ranks
 */
/**
 * What is shown. It is the part of the address behind `#`: jobs and the `in` of an item are labels,
 * groups and items are ids, so the address means the same in a later report. Absent filters are empty;
 * `reason` is `-` for skips without one, else `=` and the reason. `from` and `to` are the first and the
 * last end, as times.
 * @typedef {{job: string, status: string, group: string, reason: string, from: string, to: string, q: string,
 *   sort: string, item: string, in: string}} State
 */

/** @type {State} */
const NOTHING = {
  job: '', status: '', group: '', reason: '', from: '', to: '', q: '', sort: '', item: '', in: '',
};
/** @type {[string, string][]} */
const COLUMNS = [
  ['status', 'Status'], ['name', 'Name'], ['why', 'Why'], ['duration', 'Duration'],
  ['started', 'Started (UTC)'], ['id', 'Id'], ['job', 'Job'],
];
/** What leaves rows out. */
const FILTERS = ['job', 'status', 'group', 'reason', 'from', 'to', 'q'];
const ABSENT = '–';
const NO_MESSAGE = 'no message';
const NO_REASON = 'no reason given';
const PRINTED = 500;
const OVERSCAN = 4;
/** Browsers do not lay out what is much higher than this. */
const HIGHEST = 8e6;
const CHOICES = 500;
/** No filter is longer: texts of the model are cut before. */
const LONGEST = 1000;

// ---- What needs no page ----

/**
 * @param {string} hash
 * @returns {State | null} nothing, where the address is of something else in the page
 */
function readHash(hash) {
  const text = hash.replace(/^#/, '');
  if (text === '') return { ...NOTHING };
  const given = new URLSearchParams(text);
  const state = { ...NOTHING };
  let ours = false;
  for (const key of /** @type {(keyof State)[]} */ (Object.keys(NOTHING))) {
    const value = given.get(key);
    if (value === null) continue;
    ours = true;
    state[key] = value.slice(0, LONGEST);
  }
  return ours ? state : null;
}

/** @param {State} state */
function writeHash(state) {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) if (value !== '') given.set(key, value);
  const text = given.toString();
  return text === '' ? '' : `#${text}`;
}

/**
 * The groups that a job has, or all jobs together have, most first.
 * @param {Table} table
 * @param {string} job
 */
function ranksOf(table, job) {
  return job === '' ? [...table.groups.keys()] : table.job_ranks[table.jobs.indexOf(job)] ?? [];
}

/**
 * @param {Table} table
 * @param {number} row
 */
function startedAt(table, row) {
  const started = table.started[row];
  return started == null ? null : (table.base ?? 0) + started;
}

/**
 * @param {Table} table
 * @param {number} row
 */
function endedAt(table, row) {
  const ended = table.ended[row];
  return ended == null ? null : (startedAt(table, row) ?? table.base ?? 0) + ended;
}

/**
 * @param {Table} table
 * @param {number} row
 */
function effectiveAt(table, row) {
  const effective = table.effective[row];
  if (effective == null) return null;
  return (endedAt(table, row) ?? startedAt(table, row) ?? table.base ?? 0) + effective;
}

/**
 * @param {Table} table
 * @param {number} row
 * @returns {number | null} seconds
 */
function durationOf(table, row) {
  const ended = table.ended[row];
  return ended == null || table.started[row] == null ? null : ended / 1e6;
}

/**
 * Why an item failed or was skipped: its message or its reason.
 * @param {Table} table
 * @param {number} row
 */
function whyOf(table, row) {
  const status = table.statuses[table.status[row] ?? -1];
  if (status === 'failed') return table.message[row] ?? NO_MESSAGE;
  const reason = table.reason[row];
  if (reason != null) return table.reasons[reason] ?? null;
  return status === 'skipped' ? NO_REASON : table.message[row] ?? null;
}

/**
 * The rows that a state shows, failed items first, else in the order of the inputs.
 * @param {Table} table
 * @param {State} state
 */
function matching(table, state) {
  const job = state.job === '' ? null : table.jobs.indexOf(state.job);
  const status = state.status === '' ? null : table.statuses.indexOf(state.status);
  const group = state.group === '' ? null : table.group_ids.indexOf(state.group);
  const unreasoned = state.reason === '-';
  const skipped = table.statuses.indexOf('skipped');
  const reason = state.reason === '' || unreasoned ? null : table.reasons.indexOf(state.reason.slice(1));
  // Dates know milliseconds, items microseconds.
  const from = state.from === '' ? -Infinity : Date.parse(state.from) * 1000;
  const to = state.to === '' ? Infinity : (Date.parse(state.to) + 1) * 1000;
  const timed = state.from !== '' || state.to !== '';
  const words = state.q.trim();
  const wanted = words === '' ? null : new RegExp(words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu');
  const reasons = wanted && table.reasons.map((text) => wanted.test(text));
  /** @param {string | null | undefined} text */
  const hit = (text) => text != null && /** @type {RegExp} */ (wanted).test(text);
  const rows = [];
  for (let row = 0; row < table.id.length; row++) {
    if (job !== null && table.job[row] !== job) continue;
    if (status !== null && table.status[row] !== status) continue;
    if (group !== null && table.group[row] !== group) continue;
    if (reason !== null && table.reason[row] !== reason) continue;
    if (timed) {
      const end = endedAt(table, row) ?? effectiveAt(table, row) ?? NaN;
      if (!(end >= from && end < to)) continue;
    }
    if (unreasoned && (table.reason[row] != null || table.status[row] !== skipped)) continue;
    if (reasons && !hit(table.id[row]) && !hit(table.name[row]) && !hit(table.message[row])
      && !hit(table.work[row]) && !reasons[table.reason[row] ?? -1]) continue;
    rows.push(row);
  }
  const failed = table.statuses.indexOf('failed');
  /** @param {number} row */
  const behind = (row) => Number(table.status[row] !== failed);
  return Uint32Array.from(rows.sort((a, b) => behind(a) - behind(b) || a - b));
}

/**
 * What rows are ordered by; absent is NaN or null.
 * @param {Table} table
 * @param {string} column
 * @returns {ArrayLike<number | string | null>}
 */
function keysOf(table, column) {
  const length = table.id.length;
  if (column === 'id') return table.id;
  if (column === 'name') return table.name;
  /** @param {(row: number) => number | null | undefined} of */
  const numbers = (of) => Float64Array.from({ length }, (_, row) => of(row) ?? NaN);
  if (column === 'started') return numbers((row) => table.started[row]);
  if (column === 'duration') return numbers((row) => durationOf(table, row));
  /** @type {(row: number) => string | null | undefined} */
  let word = (row) => whyOf(table, row);
  if (column === 'status') word = (row) => table.statuses[table.status[row] ?? -1];
  if (column === 'job') word = (row) => table.jobs[table.job[row] ?? -1];
  return Array.from({ length }, (_, row) => word(row) ?? null);
}

/**
 * Sorts rows in place by `column`, or by `-column` downwards: equals as they were, absent last.
 * @param {Table} table
 * @param {Uint32Array} rows
 * @param {string} sort
 */
function sortRows(table, rows, sort) {
  const column = sort.replace(/^-/, '');
  if (!COLUMNS.some(([key]) => key === column)) return rows;
  const sign = sort.startsWith('-') ? -1 : 1;
  const keys = keysOf(table, column);
  /** @param {number} row */
  const absent = (row) => keys[row] == null || Number.isNaN(keys[row]);
  return rows.sort((a, b) => {
    const less = Number(absent(a)) - Number(absent(b));
    if (less || absent(a)) return less || a - b;
    const one = /** @type {number} */ (keys[a]);
    const other = /** @type {number} */ (keys[b]);
    if (one < other) return -sign;
    return one > other ? sign : a - b;
  });
}

/** @param {number | null} micros */
function isoTime(micros) {
  if (micros === null) return null;
  const seconds = Math.floor(micros / 1e6);
  const rest = micros - seconds * 1e6;
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(6, '0')}`;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction}Z`;
}

/**
 * Seconds in the two largest units that say something, as elsewhere in the page.
 * @param {number | null} seconds
 * @returns {string}
 */
function durationWords(seconds) {
  if (seconds === null) return ABSENT;
  if (seconds < 0) return `-${durationWords(-seconds)}`;
  if (seconds === 0) return '0 s';
  if (seconds < 0.005) return '<0.01 s';
  if (Math.round(seconds * 100) < 100) return `${seconds.toFixed(2)} s`;
  if (Math.round(seconds * 10) < 600) return `${seconds.toFixed(1)} s`;
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, '0');
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${thousands(Math.floor(hours / 24))} d ${hours % 24} h`;
}

/** @param {number} number */
function thousands(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * @param {number} count
 */
function items(count) {
  const words = typeof document === 'undefined' ? undefined : document.getElementById('all-items')?.dataset;
  return `${thousands(count)} ${count === 1 ? words?.['one'] ?? 'item' : words?.['many'] ?? 'items'}`;
}

/**
 * Shows the characters that act instead of being seen: controls, marks that reorder the text around
 * them, and those without any width.
 * @param {string} text
 * @param {boolean} [keepLines]
 */
function visible(text, keepLines = false) {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu,
    (mark) => {
      if (mark === '\n') return keepLines ? mark : ' ⏎ ';
      if (mark === '\t') return keepLines ? mark : '\\t';
      const code = mark.codePointAt(0) ?? 0;
      return code < 128 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    },
  );
}

/**
 * A cell as RFC 4180 has it. One that a spreadsheet would take for a formula gets an apostrophe.
 * @param {string | number | null | undefined} value
 */
function csvCell(value) {
  if (typeof value === 'number') return String(value);
  let text = value ?? '';
  if (/^[=+\-@\t\r\n＝＋－＠]/u.test(text)) text = `'${text}`;
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The rows as CSV, with the mark by which spreadsheets know UTF-8.
 * @param {Table} table
 * @param {Iterable<number>} rows
 */
function csv(table, rows) {
  const lines = ['\ufeffitem_id,item_name,status,job,started_at,completed_at,effective_at,'
    + 'duration_seconds,error_group,error_message,skip_reason,processing_job_id,source_file'];
  for (const row of rows) {
    const group = table.group[row];
    lines.push([
      table.id[row],
      table.name[row],
      table.statuses[table.status[row] ?? -1],
      table.jobs[table.job[row] ?? -1],
      isoTime(startedAt(table, row)),
      isoTime(endedAt(table, row)),
      isoTime(effectiveAt(table, row)),
      durationOf(table, row),
      group == null ? null : table.groups[group] ?? NO_MESSAGE,
      table.message[row],
      table.reasons[table.reason[row] ?? -1],
      table.work[row],
      table.files[table.file[row] ?? -1],
    ].map(csvCell).join(','));
  }
  lines.push('');
  return lines.join('\r\n');
}

/**
 * Which rows stand in a window, and how much room is above and below them. Beyond what browsers can
 * lay out, the bar stands for a part of the rows and no longer for a distance.
 * @param {number} total
 * @param {number} height of a row
 * @param {number} scrolled
 * @param {number} room
 */
function windowOf(total, height, scrolled, room) {
  const whole = total * height;
  const drawn = Math.min(whole, HIGHEST);
  const at = drawn < whole
    ? Math.min(scrolled / Math.max(1, drawn - room), 1) * (total - room / height)
    : scrolled / height;
  const first = Math.max(0, Math.min(Math.floor(at), total) - OVERSCAN);
  const last = Math.min(total, Math.ceil(at + room / height) + OVERSCAN);
  const above = drawn < whole ? Math.max(0, scrolled - (at - first) * height) : first * height;
  return { first, last, above, below: Math.max(0, drawn - above - (last - first) * height) };
}

/**
 * How far to scroll so that a row is the first.
 * @param {number} row
 * @param {number} total
 * @param {number} height
 * @param {number} room
 */
function offsetOf(row, total, height, room) {
  const whole = total * height;
  if (whole <= HIGHEST) return row * height;
  return row / Math.max(1, total - room / height) * (HIGHEST - room);
}

// ---- The page ----

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @param {string} label
 * @param {() => void} act
 * @param {Record<string, string>} attributes
 */
function button(label, act, attributes = {}) {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', act);
  return made;
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 */
function labelled(label, control) {
  control.id = `items-${label.toLowerCase().replace(/\W/g, '-')}`;
  return element('div', {}, element('label', { for: control.id }, label), control);
}

/** @param {string} status */
function statusWord(status) {
  const known = ['completed', 'failed', 'skipped', 'cancelled', 'pending', 'processing'];
  const name = known.includes(status) ? status : 'other';
  return element('span', { class: `status ${name}` }, visible(status));
}

/**
 * @param {string} text
 * @param {HTMLElement} host where a page may put a field
 */
async function copy(text, host) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed, or not there: the old way needs a field with the text selected.
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const field = element('textarea', { class: 'unseen', 'aria-hidden': 'true', tabindex: '-1' });
    field.value = text;
    host.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    before?.focus();
    return done;
  }
}

/**
 * Copies a text, and says so.
 *
 * @param {string} text
 * @param {HTMLElement} host where a page may put a field
 * @param {HTMLElement} where
 */
async function copied(text, host, where) {
  const done = await copy(text, host);
  where.textContent = done ? `Copied ${visible(text)}` : 'The browser does not allow copying.';
}

/** Gives life to the buttons that copy a command. */
function copyCommands() {
  const section = /** @type {HTMLElement | null} */ (document.querySelector('section.next'));
  const said = /** @type {HTMLElement | null} */ (section?.querySelector('[role="status"]'));
  if (!section || !said) return;
  for (const made of section.querySelectorAll('button')) {
    const line = made.previousElementSibling?.textContent ?? '';
    made.setAttribute('aria-label', `Copy command ${visible(line)}`);
    made.addEventListener('click', () => void copied(line, section, said));
    made.removeAttribute('hidden');
  }
}

/** @param {string} packed */
async function unpack(packed) {
  const binary = atob(packed);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return /** @type {Promise<Table>} */ (new Response(stream).json());
}

/**
 * How many items there are, in the table or not.
 * @typedef {{of: number, byStatus: Record<string, number>}} Known
 */

/**
 * @param {Table} table
 * @returns {Known}
 */
function knownItems(table) {
  try {
    const { overall } = JSON.parse(document.getElementById('batch-report-summary')?.textContent ?? '');
    return { of: overall.counts.distinct, byStatus: overall.counts.by_status };
  } catch {
    // A page of another template need not hold it.
    return { of: table.id.length, byStatus: {} };
  }
}

/**
 * "12", or "186 of 900,186" where the table holds a part.
 * @param {number} held
 * @param {number} [of]
 */
function partOf(held, of = held) {
  return of > held ? `${thousands(held)} of ${thousands(of)}` : thousands(held);
}

/**
 * Builds the table and keeps it, the controls and the address in step.
 * @param {HTMLElement} section
 * @param {Table} table
 * @param {Known} known
 */
function show(section, table, known) {
  const several = table.jobs.length > 1;
  const columns = COLUMNS.filter(([key]) => several || key !== 'job');
  /** @type {State} */
  let state = { ...NOTHING };
  /** @type {Uint32Array} */
  let rows = new Uint32Array(0);
  let active = 0;
  let height = 34;
  let printing = false;
  /** @type {Map<number, HTMLTableRowElement>} */
  const drawn = new Map();

  // The controls
  const search = element('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
  /** @param {string} all */
  const choice = (all) => element('select', {}, new Option(all, ''));
  const status = choice('all');
  const job = choice('all');
  const group = choice('all');
  const reason = choice('all');
  const counts = new Map();
  for (const index of table.status) counts.set(index, (counts.get(index) ?? 0) + 1);
  table.statuses.forEach((word, index) => {
    const held = partOf(counts.get(index), known.byStatus[word]);
    status.append(new Option(`${visible(word)} (${held})`, word));
  });
  table.jobs.forEach((label) => job.append(new Option(visible(label), label)));
  const skips = new Map();
  const skipped = table.statuses.indexOf('skipped');
  table.id.forEach((_, row) => {
    const index = table.reason[row] ?? (table.status[row] === skipped ? -1 : null);
    if (index !== null) skips.set(index, (skips.get(index) ?? 0) + 1);
  });
  for (const [index, count] of [...skips].sort((a, b) => b[1] - a[1]).slice(0, CHOICES)) {
    const text = index < 0 ? NO_REASON : visible(table.reasons[index] ?? '').slice(0, 100);
    reason.append(new Option(`${text} (${thousands(count)})`, index < 0 ? '-' : `=${table.reasons[index]}`));
  }
  const count = element('p', { role: 'status', class: 'items-count' });
  const said = element('p', { role: 'status', class: 'aside items-said' });
  const clear = button('Clear filters', () => go({ ...NOTHING, sort: state.sort }));
  const controls = element(
    'div', { class: 'items-controls', role: 'search', 'aria-label': 'Items' },
    labelled('Search', search), labelled('Status', status),
  );
  if (several) controls.append(labelled('Job', job));
  if (table.groups.length) controls.append(labelled('Error group', group));
  if (skips.size) controls.append(labelled('Skip reason', reason));

  // The table
  const head = element('tr', { 'aria-rowindex': '1' });
  /** @type {Map<string, HTMLElement>} */
  const heads = new Map();
  for (const [key, label] of columns) {
    const sort = button(label, () => {
      // Those who sort by duration look for the slowest.
      const order = key === 'duration' ? ['-duration', 'duration'] : [key, `-${key}`];
      go({ ...state, sort: order[order.indexOf(state.sort) + 1] ?? '' });
    });
    const cell = element('th', { scope: 'col', class: `c-${key}` }, sort);
    heads.set(key, cell);
    head.append(cell);
  }
  const above = element('td');
  const below = element('td');
  const body = element('tbody');
  const grid = element(
    'table', { class: several ? 'several' : '', 'aria-label': 'All items' }, element('thead', {}, head),
    element('tbody', { 'aria-hidden': 'true', class: 'gap' }, element('tr', {}, above)), body,
    element('tbody', { 'aria-hidden': 'true', class: 'gap' }, element('tr', {}, below)),
  );
  const scroller = element(
    'div', { class: 'items-scroll', role: 'region', 'aria-label': 'Table of all items', tabindex: '0' }, grid,
  );
  const printed = element('p', { class: 'aside items-printed' });

  // The record of one item
  const title = element('h3', { id: 'item-title', tabindex: '-1', autofocus: '' });
  const record = element('dl');
  const told = element('p', { role: 'status', class: 'aside' });
  const dialog = element('dialog', { class: 'item', 'aria-labelledby': 'item-title' });
  const shown = () => Number(dialog.dataset['row']);
  const before = button('Previous', () => open(rows[rows.indexOf(shown()) - 1]));
  const next = button('Next', () => open(rows[rows.indexOf(shown()) + 1]));
  dialog.append(
    title, record,
    element(
      'div', { class: 'item-buttons' },
      button('Copy ID', () => void copied(table.id[shown()] ?? '', dialog, told)),
      button('Copy link', () => void copied(location.href, dialog, told)),
      before, next, button('Close', () => dialog.close()),
    ),
    told,
  );
  dialog.addEventListener('close', () => {
    // In place of the address that opened it: a step back must not open it again.
    if (state.item !== '') go({ ...state, item: '', in: '' }, true);
    const place = rows.indexOf(shown());
    if (place >= 0) focusRow(place);
  });

  const live = element(
    'div', { id: 'items-live' }, controls,
    element(
      'div', { class: 'items-bar' }, count,
      clear, button('Download CSV', download, { title: 'What is shown, as CSV' }),
    ),
    said, scroller, printed, dialog,
  );

  function download() {
    const url = URL.createObjectURL(new Blob([csv(table, rows)], { type: 'text/csv;charset=utf-8' }));
    const link = element('a', { href: url, download: 'items.csv' });
    link.click();
    // The download may begin later than this.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  /** @param {number | undefined} row */
  function open(row) {
    if (row === undefined) return;
    const item = table.id[row] ?? '';
    go({ ...state, item, in: several ? table.jobs[table.job[row] ?? 0] ?? '' : '' }, dialog.open);
  }

  /**
   * What an item is called: one without a name by its id.
   * @param {number} row
   */
  function nameOf(row) {
    return table.name[row]?.trim() || table.id[row] || '';
  }

  /** @param {number} row */
  function openDialog(row) {
    dialog.dataset['row'] = String(row);
    title.textContent = visible(nameOf(row));
    record.replaceChildren();
    /** @type {[string, string | Node | null | undefined][]} */
    const facts = [
      ['Status', statusWord(table.statuses[table.status[row] ?? -1] ?? '')],
      ['Id', table.id[row]],
      ['Job', table.jobs[table.job[row] ?? -1]],
      ['Started', isoTime(startedAt(table, row))],
      ['Ended', isoTime(endedAt(table, row))],
      ['Duration', durationWords(durationOf(table, row))],
      ['State as of', isoTime(effectiveAt(table, row))],
      ['Skip reason', table.reasons[table.reason[row] ?? -1]],
      ['Error group', table.group[row] == null ? null : table.groups[table.group[row] ?? -1] ?? NO_MESSAGE],
      ['Message', table.message[row]],
      ['Processing job', table.work[row]],
      ['Read from', table.files[table.file[row] ?? -1]],
    ];
    for (const [term, fact] of facts) {
      const value = typeof fact === 'string' ? visible(fact, term === 'Message') : fact ?? ABSENT;
      record.append(element('dt', {}, term), element('dd', {}, value));
    }
    const place = rows.indexOf(row);
    before.disabled = place <= 0;
    next.disabled = place < 0 || place + 1 >= rows.length;
    told.textContent = '';
    if (!dialog.open) dialog.showModal();
  }

  /**
   * @param {number} place
   * @param {number} row
   */
  function rowElement(place, row) {
    const id = table.id[row] ?? '';
    const tab = place === active ? '0' : '-1';
    const opener = button(visible(nameOf(row)).slice(0, 300), () => open(row), {
      class: 'open', tabindex: tab, 'aria-haspopup': 'dialog',
    });
    const copier = button('copy', () => void copied(id, live, said), {
      class: 'copy', tabindex: tab, 'aria-label': `Copy ID ${visible(id)}`,
    });
    /** @type {Record<string, Node | string>} */
    const cells = {
      status: statusWord(table.statuses[table.status[row] ?? -1] ?? ''),
      id: element('span', { class: 'id' }, element('code', {}, visible(id)), copier),
      job: visible(table.jobs[table.job[row] ?? -1] ?? ABSENT),
      started: isoTime(startedAt(table, row))?.slice(0, 19).replace('T', ' ') ?? ABSENT,
      duration: durationWords(durationOf(table, row)),
      why: visible(whyOf(table, row) ?? ABSENT).slice(0, 300),
    };
    const made = element('tr', { 'aria-rowindex': String(place + 2) });
    for (const [key] of columns) {
      made.append(key === 'name'
        ? element('th', { scope: 'row', class: 'c-name' }, opener)
        : element('td', { class: `c-${key}` }, cells[key] ?? ''));
    }
    return made;
  }

  const room = () => Math.max(height, parseFloat(getComputedStyle(scroller).maxHeight) - head.offsetHeight);

  function draw() {
    const { first, last, above: top, below: bottom } = printing
      ? { first: 0, last: Math.min(rows.length, PRINTED), above: 0, below: 0 }
      : windowOf(rows.length, height, scroller.scrollTop, room());
    const focused = body.contains(document.activeElement);
    if (!focused && (active < first || active >= last)) {
      active = Math.min(first + OVERSCAN, last - 1);
    }
    /** @type {Element | null} */
    let behind = null;
    for (let place = last - 1; place >= first; place--) {
      let made = drawn.get(place);
      if (!made) {
        made = rowElement(place, rows[place] ?? 0);
        drawn.set(place, made);
        body.insertBefore(made, behind);
      }
      const tab = place === active ? '0' : '-1';
      for (const one of made.querySelectorAll('button')) one.setAttribute('tabindex', tab);
      behind = made;
    }
    above.style.height = `${top}px`;
    below.style.height = `${bottom}px`;
    above.parentElement?.toggleAttribute('hidden', top === 0);
    below.parentElement?.toggleAttribute('hidden', bottom === 0);
    // Not before: a table that lacks rows would scroll back.
    for (const [place, made] of drawn) {
      if (place >= first && place < last) continue;
      made.remove();
      drawn.delete(place);
    }
    if (focused && !body.contains(document.activeElement)) scroller.focus({ preventScroll: true });
  }

  /** @param {number} place */
  function focusRow(place) {
    if (rows.length === 0) return;
    active = Math.max(0, Math.min(place, rows.length - 1));
    const wanted = offsetOf(active, rows.length, height, room());
    if (wanted < scroller.scrollTop) scroller.scrollTop = wanted;
    const lowest = offsetOf(active + 1 - Math.floor(room() / height), rows.length, height, room());
    if (lowest > scroller.scrollTop) scroller.scrollTop = lowest;
    draw();
    drawn.get(active)?.querySelector('button')?.focus({ preventScroll: true });
  }

  /** The groups one can choose from are those of the job. */
  function offerGroups() {
    const ranks = ranksOf(table, state.job);
    const only = state.job === '' ? null : table.jobs.indexOf(state.job);
    const size = new Map();
    table.group.forEach((index, row) => {
      if (index !== null && (only === null || table.job[row] === only)) size.set(index, (size.get(index) ?? 0) + 1);
    });
    group.replaceChildren(new Option('all', ''));
    ranks.forEach((index, rank) => {
      const id = table.group_ids[index] ?? '';
      if (rank >= CHOICES && id !== state.group) return;
      const text = visible(table.groups[index] ?? NO_MESSAGE).slice(0, 100);
      group.append(new Option(`${rank + 1}. ${text} (${thousands(size.get(index) ?? 0)})`, id));
    });
  }

  /** @param {State} wanted */
  function apply(wanted) {
    const old = state;
    state = wanted;
    if (old.job !== state.job || group.options.length < 2) offerGroups();
    if (document.activeElement !== search) search.value = state.q;
    status.value = state.status;
    job.value = state.job;
    group.value = state.group;
    reason.value = state.reason;
    const same = [...FILTERS, 'sort']
      .every((key) => old[/** @type {keyof State} */ (key)] === state[/** @type {keyof State} */ (key)]);
    if (!same || rows.length === 0) {
      rows = sortRows(table, matching(table, state), state.sort);
      for (const made of drawn.values()) made.remove();
      drawn.clear();
      active = 0;
      scroller.scrollTop = 0;
      for (const [key, cell] of heads) {
        if (state.sort === key) cell.setAttribute('aria-sort', 'ascending');
        else if (state.sort === `-${key}`) cell.setAttribute('aria-sort', 'descending');
        else cell.removeAttribute('aria-sort');
      }
      const less = table.id.length < known.of ? `; the dump holds ${items(known.of)}` : '';
      /** @param {string} time */
      const clock = (time) => time.slice(0, 19).replace('T', ' ');
      const since = state.from === '' ? '' : ` from ${clock(state.from)}`;
      const until = state.to === '' ? '' : ` to ${clock(state.to)}`;
      const ended = since + until === '' ? '' : ` that ended${since}${until} UTC`;
      count.textContent = `${thousands(rows.length)} of ${items(table.id.length)}${ended}${less}`;
      clear.disabled = !FILTERS
        .some((key) => state[/** @type {keyof State} */ (key)] !== '');
      grid.setAttribute('aria-rowcount', String(rows.length + 1));
      printed.textContent = rows.length > PRINTED
        ? `Printed: the first ${PRINTED} of ${items(rows.length)}.` : `Printed: ${items(rows.length)}.`;
      said.textContent = '';
      draw();
      measure();
    }
    if (state.item === '') {
      if (dialog.open) dialog.close();
      return;
    }
    const only = state.in === '' ? null : table.jobs.indexOf(state.in);
    const row = table.id.findIndex((id, at) => id === state.item && (only === null || table.job[at] === only));
    if (row >= 0) openDialog(row);
    else {
      const item = visible(state.item).slice(0, 300);
      said.textContent = table.id.length < known.of
        ? `Item ${item} is not among the ${thousands(table.id.length)} of ${items(known.of)} in this table.`
        : `There is no item ${item} in this table.`;
    }
  }

  /**
   * Shows a state and makes it the address.
   * @param {State} wanted
   * @param {boolean} [inPlace] of the address before, to which no step back leads
   */
  function go(wanted, inPlace = false) {
    const group = table.group_ids.indexOf(wanted.group);
    if (wanted.job !== state.job && !ranksOf(table, wanted.job).includes(group)) wanted = { ...wanted, group: '' };
    const address = writeHash(wanted);
    if (address !== location.hash) {
      const url = address === '' ? location.href.replace(/#.*$/s, '') : address;
      if (inPlace) history.replaceState(null, '', url);
      else history.pushState(null, '', url);
    }
    apply(wanted);
  }

  function measure() {
    const real = drawn.values().next().value?.getBoundingClientRect().height ?? 0;
    if (real > 0 && Math.abs(real - height) > 0.01) {
      height = real;
      draw();
    }
  }

  let asked = 0;
  scroller.addEventListener('scroll', () => {
    if (asked === 0) {
      asked = requestAnimationFrame(() => {
        asked = 0;
        draw();
      });
    }
  }, { passive: true });
  scroller.addEventListener('keydown', (event) => {
    if (!body.contains(/** @type {Node} */ (event.target)) || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(room() / height) - 1);
    const to = {
      ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page,
      Home: 0, End: rows.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    focusRow(to);
  });
  let typed = 0;
  search.addEventListener('input', () => {
    clearTimeout(typed);
    typed = setTimeout(() => go({ ...state, q: search.value }, true), 150);
  });
  status.addEventListener('change', () => go({ ...state, status: status.value }));
  job.addEventListener('change', () => go({ ...state, job: job.value }));
  group.addEventListener('change', () => go({ ...state, group: group.value }));
  reason.addEventListener('change', () => go({ ...state, reason: reason.value }));

  /** To the table, and on from there with the keyboard. */
  const goThere = () => {
    section.scrollIntoView();
    scroller.focus({ preventScroll: true });
  };
  let jump = false;
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    const linked = readHash(link?.getAttribute('href') ?? '#-');
    jump = linked !== null;
    // The address does not change, so that no event would follow.
    if (linked && link?.getAttribute('href') === location.hash) goThere();
  });
  addEventListener('hashchange', () => {
    const wanted = readHash(location.hash);
    if (wanted === null) return;
    apply(wanted);
    if (jump) goThere();
    jump = false;
  });
  addEventListener('resize', () => {
    measure();
    draw();
  });
  addEventListener('beforeprint', () => {
    printing = true;
    draw();
  });
  addEventListener('afterprint', () => {
    printing = false;
    draw();
  });

  // A page that was saved after the script ran has a table without life.
  document.getElementById('items-live')?.remove();
  const preview = document.getElementById('items-preview');
  section.insertBefore(live, preview);
  preview?.setAttribute('hidden', '');
  const wanted = readHash(location.hash);
  apply(wanted ?? { ...NOTHING });
  if (wanted && writeHash(wanted) !== '') section.scrollIntoView();
  // Links into the table are of use only now.
  for (const part of document.querySelectorAll('.scripted')) part.removeAttribute('hidden');
  section.dataset['ready'] = 'true';
}

/** What scrolls sideways is reached with the keyboard, and nothing else that has nothing to do there. */
function keepReachable() {
  const regions = document.querySelectorAll('.scroll[tabindex]');
  const look = () => {
    for (const region of regions) {
      if (region.scrollWidth > region.clientWidth) region.setAttribute('tabindex', '0');
      else region.removeAttribute('tabindex');
    }
  };
  look();
  addEventListener('resize', look);
  document.addEventListener('toggle', look, true);
}

async function start() {
  const section = document.getElementById('all-items');
  const data = document.getElementById('items-data');
  if (!section || !data) return;
  try {
    const table = await unpack(data.textContent ?? '');
    show(section, table, knownItems(table));
  } catch (error) {
    // The plain table stays.
    section.append(element('p', { class: 'caution' }, `The table could not be opened: ${String(error)}`));
  }
}

if (typeof document !== 'undefined') {
  keepReachable();
  copyCommands();
  void start();
}
