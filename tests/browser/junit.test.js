// JUnit reports, as two readers of the npm registry see them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parse } from 'junit2json';
import parser from 'test-results-parser';

const file = process.env.JUNIT_FILE;
const expected = JSON.parse(process.env.JUNIT_EXPECTED);

test('junit2json finds every case, failure and skip', async () => {
  const { testsuite } = await parse(readFileSync(file, 'utf8'));
  const cases = testsuite.flatMap((suite) => suite.testcase ?? []);
  const having = (name) => cases.filter((one) => one[name] !== undefined).length;
  assert.deepEqual([cases.length, having('failure'), having('skipped')], expected);
});

test('test-results-parser finds the same numbers', () => {
  const { total, failed, skipped } = parser.parse({ type: 'junit', files: [file] });
  // What was skipped is not in its total.
  assert.deepEqual([total + skipped, failed, skipped], expected);
});
