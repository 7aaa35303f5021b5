// The parts of the page's script that need no page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const script = vm.createContext({ URLSearchParams });
vm.runInContext(readFileSync(new URL('../../templates/report.js', import.meta.url), 'utf8'), script);

/** What comes out of another context has other prototypes. */
const plain = (value) => JSON.parse(JSON.stringify(value));
const rowsOf = (rows) => Array.from(rows);

const table = {
  base: 1_778_747_400_000_000,
  id: ['a', 'b', 'c', 'd', 'a'],
  name: ['z.pdf', null, 'B.pdf', 'a (1).pdf', 'É.pdf'],
  message: ['page 3 is bad', null, null, '=cmd|x', 'page 4 is bad'],
  work: [null, null, 'pjb-7', null, null],
  started: [1, null, 0, 5_000_000, null],
  ended: [2_000_000, null, -1_000_000, null, 7],
  effective: [0, 1, null, null, null],
  job: [0, 0, 0, 0, 1],
  jobs: ['one', 'two'],
  status: [0, 1, 2, 0, 0],
  statuses: ['failed', 'skipped', 'completed'],
  reason: [null, null, null, null, null],
  reasons: [],
  file: [0, 0, 0, 0, 0],
  files: ['items.json'],
  group: [0, null, null, 1, 0],
  groups: ['page <n> is bad', null],
  group_ids: ['aa', 'bb'],
  job_ranks: [[1, 0], [0]],
};
const nothing = plain(script.readHash(''));
const find = (state) => rowsOf(script.matching(table, { ...nothing, ...state }));
const sort = (key) => rowsOf(script.sortRows(table, Uint32Array.of(0, 1, 2, 3, 4), key));

test('an address says what is shown, and what is shown makes the same address', () => {
  const hash = '#job=two&status=failed&group=aa&q=a+%26+%3Cb%3E&sort=-duration&item=x%23y';
  const state = plain(script.readHash(hash));
  assert.equal(state.q, 'a & <b>');
  assert.equal(state.item, 'x#y');
  assert.equal(script.writeHash(state), '#job=two&status=failed&group=aa&q=a+%26+%3Cb%3E&sort=-duration&item=x%23y');
  assert.equal(script.writeHash(nothing), '');
});

test('an address of something else in the page is left alone', () => {
  for (const hash of ['#notes', '#job-one', '#x=1', '#__proto__=1']) assert.equal(script.readHash(hash), null);
});

test('items are found by status, job, group, reason and text', () => {
  assert.deepEqual(find({}), [0, 3, 4, 1, 2], 'failed ones first');
  assert.deepEqual(find({ status: 'failed' }), [0, 3, 4]);
  assert.deepEqual(find({ status: 'gone' }), []);
  assert.deepEqual(find({ job: 'two' }), [4]);
  assert.deepEqual(find({ group: 'aa' }), [0, 4], 'among all jobs');
  assert.deepEqual(find({ job: 'one', group: 'aa' }), [0], 'of the job');
  const second = (at) => new Date(table.base / 1000 + at * 1000).toISOString();
  assert.deepEqual(find({ from: second(1) }), [0]);
  assert.deepEqual(find({ to: second(1) }), [4, 1, 2], 'by the record without an end');
  assert.deepEqual(find({ from: 'x' }), []);
  assert.deepEqual(find({ group: '9' }), []);
  assert.deepEqual(find({ group: 'x' }), []);
  assert.deepEqual(find({ reason: '-' }), [1]);
  assert.deepEqual(find({ reason: '=absent' }), []);
  assert.deepEqual(find({ q: 'PAGE' }), [0, 4]);
  assert.deepEqual(find({ q: '(1).' }), [3], 'text is no pattern');
  assert.deepEqual(find({ q: 'é' }), [4]);
  assert.deepEqual(find({ q: ' pjb-7 ' }), [2]);
  assert.deepEqual(find({ q: 'a', status: 'failed', job: 'one' }), [0, 3]);
});

test('sorting is stable, and what is absent comes last in both directions', () => {
  assert.deepEqual(sort('duration'), [2, 0, 1, 3, 4]);
  assert.deepEqual(sort('-duration'), [0, 2, 1, 3, 4]);
  assert.deepEqual(sort('name'), [2, 3, 0, 4, 1]);
  assert.deepEqual(sort('-name'), [4, 0, 3, 2, 1]);
  assert.deepEqual(sort('status'), [2, 0, 3, 4, 1]);
  assert.deepEqual(sort('id'), [0, 4, 1, 2, 3]);
  assert.deepEqual(sort('started'), [2, 0, 3, 1, 4]);
  assert.deepEqual(sort('nonsense'), [0, 1, 2, 3, 4]);
});

test('what is absent comes last among texts that look like numbers as well', () => {
  const name = [null, '5', 'abc', '12', null];
  const sorted = (key) => rowsOf(script.sortRows({ ...table, name }, Uint32Array.of(0, 1, 2, 3, 4), key));
  assert.deepEqual(sorted('name'), [3, 1, 2, 0, 4]);
  assert.deepEqual(sorted('-name'), [2, 1, 3, 0, 4]);
});

test('times are put together again', () => {
  assert.equal(script.isoTime(script.startedAt(table, 0)), '2026-05-14T08:30:00.000001Z');
  assert.equal(script.isoTime(script.endedAt(table, 0)), '2026-05-14T08:30:02.000001Z');
  assert.equal(script.isoTime(script.endedAt(table, 4)), '2026-05-14T08:30:00.000007Z', 'without a start');
  assert.equal(script.isoTime(script.effectiveAt(table, 1)), '2026-05-14T08:30:00.000001Z');
  assert.equal(script.isoTime(script.startedAt(table, 1)), null);
  assert.equal(script.isoTime(-1_000_001), '1969-12-31T23:59:58.999999Z');
  assert.equal(script.durationOf(table, 2), -1);
  assert.equal(script.durationOf(table, 4), null);
});

test('durations read as elsewhere in the page', () => {
  const written = [
    [null, '–'], [0, '0 s'], [0.001, '<0.01 s'], [0.377742, '0.38 s'], [0.999, '1.0 s'],
    [15.678935, '15.7 s'], [59.97, '1 min 00 s'], [125, '2 min 05 s'], [3599.7, '1 h 00 min'],
    [3780, '1 h 03 min'], [187_200, '2 d 4 h'], [-15, '-15.0 s'],
  ];
  for (const [seconds, words] of written) assert.equal(script.durationWords(seconds), words);
});

test('a cell of CSV is quoted where it must be and never a formula', () => {
  const cells = [
    ['a', 'a'], ['', ''], [null, ''], [0, '0'], [-1.5, '-1.5'], ['a,b', '"a,b"'], ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'], ['a;b', '"a;b"'], ['=1+1', "'=1+1"], ['+1', "'+1"], ['-1', "'-1"], ['@x', "'@x"],
    ['\tx', '"\'\tx"'], ['\rx', '"\'\rx"'], ['=a,"b"', '"\'=a,""b"""'], ['＝1', "'＝1"],
  ];
  for (const [value, cell] of cells) assert.equal(script.csvCell(value), cell);
});

test('CSV has a head, a row per item and the ends of lines that spreadsheets want', () => {
  const text = script.csv(table, [3, 1]);
  assert.ok(text.startsWith('\ufeffitem_id,item_name,'));
  const lines = text.split('\r\n');
  assert.equal(lines.length, 4);
  assert.equal(lines[1], "d,a (1).pdf,failed,one,2026-05-14T08:30:05Z,,,,no message,'=cmd|x,,,items.json");
  assert.equal(lines[2], 'b,,skipped,one,,,2026-05-14T08:30:00.000001Z,,,,,,items.json');
  assert.equal(lines[3], '');
});

test('what acts instead of being seen is shown', () => {
  assert.equal(script.visible('a\u202eb\u0000\u{e0041}\ufeff'), 'a\\u{202e}b\\x00\\u{e0041}\\u{feff}');
  assert.equal(script.visible('a\n\tb'), 'a ⏎ \\tb');
  assert.equal(script.visible('a\n\tb', true), 'a\n\tb');
  assert.equal(script.visible('naïve 日本 👩‍💻'.replace('\u200d', '')), 'naïve 日本 👩💻');
});

test('a window holds what is seen and the rows before it keep their room', () => {
  const at = plain(script.windowOf(100_000, 34, 34 * 500, 340));
  assert.deepEqual(at, { first: 496, last: 514, above: 496 * 34, below: (100_000 - 514) * 34 });
  assert.deepEqual(plain(script.windowOf(3, 34, 0, 340)), { first: 0, last: 3, above: 0, below: 0 });
  assert.deepEqual(plain(script.windowOf(0, 34, 0, 340)), { first: 0, last: 0, above: 0, below: 0 });
});

test('beyond what browsers can lay out every row can still be reached', () => {
  const total = 1_000_000;
  const room = 340;
  for (const row of [0, 1, 500_000, total - 10]) {
    const scrolled = script.offsetOf(row, total, 34, room);
    const at = script.windowOf(total, 34, scrolled, room);
    assert.ok(at.first <= row && row < at.last, `${row} in ${at.first} to ${at.last}`);
    assert.ok(at.above + (at.last - at.first) * 34 + at.below <= 8e6 + 34 * 40);
  }
  assert.equal(script.windowOf(total, 34, 8e6 - room, room).last, total);
});
