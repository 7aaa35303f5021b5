// What the page does in a browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { column, JENKINS, ready, records, shows, Stage } from './harness.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const stage = new Stage();

before(async () => {
  await stage.open();
  stage.make('typical', 'typical', '-o', stage.path('typical.json'));
  stage.make('typical', 'assets', '--assets');
  stage.make('several-jobs', 'several', '-o', stage.path('several.json'));
  stage.make('hostile-text', 'hostile', '-o', stage.path('hostile.json'));
  stage.make('running', 'running');
  stage.make('empty', 'empty');
});
after(() => stage.close());
beforeEach(() => {
  stage.policy = '';
});

/** Nothing was asked of the network but the page itself and what stands beside it. */
function quiet({ seen, target }, ...beside) {
  assert.deepEqual(seen.console, []);
  assert.deepEqual(seen.dialogs, []);
  const expected = [target.replace(/#.*/s, ''), ...beside];
  const others = seen.requests.map((url) => url.replace(/#.*/s, '')).filter((url) => !expected.includes(url));
  assert.deepEqual(others.filter((url) => !url.startsWith('blob:')), []);
}

async function checkAccess(page, where) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await globalThis.axe.run(globalThis.document, { runOnly: tags });
    return violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html.slice(0, 150)).join(' | ')}`);
  });
  assert.deepEqual(found, [], where);
}

async function download(page) {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ]);
  assert.equal(file.suggestedFilename(), 'items.csv');
  return readFileSync(await file.path(), 'utf8');
}

test('the table holds every item, complains of nothing and asks nobody', async () => {
  for (const name of ['typical', 'several', 'running', 'hostile']) {
    const visit = await stage.visit(`${name}.html`);
    assert.match(await visit.page.locator('.items-count').textContent(), /^([\d,]+) of \1 items$/);
    assert.ok(!await visit.page.locator('#items-preview').isVisible());
    quiet(visit);
    await visit.context.close();
  }
  const file = await stage.visit(pathToFileURL(stage.path('typical.html')).href);
  await shows(file.page, '250 of 250 items');
  quiet(file);
  await file.context.close();
});

test('items are sorted by every column', async () => {
  const visit = await stage.visit('typical.html');
  const { page } = visit;
  const head = (name) => page.getByRole('columnheader', { name }).getByRole('button');
  for (const [name, key] of [['Status', 'status'], ['Name', 'name'], ['Id', 'id'], ['Started', 'started'],
    ['Why', 'why']]) {
    await head(name).click();
    const shown = (await column(page, key)).filter((text) => text !== '–');
    assert.deepEqual(shown, [...shown].sort((a, b) => (a < b ? -1 : Number(a > b))), name);
    assert.equal(await page.locator(`thead th.c-${key}`).getAttribute('aria-sort'), 'ascending');
    await head(name).click();
    assert.equal(await page.locator(`thead th.c-${key}`).getAttribute('aria-sort'), 'descending');
  }
  await head('Duration').click();
  const { overall } = stage.json('typical.json');
  const ids = (await column(page, 'id')).map((text) => text.replace(/copy$/, ''));
  assert.deepEqual(ids.slice(0, 10), overall.slowest.map((item) => item.item_id));
  await page.mouse.move(640, 700);
  await page.locator('.items-scroll').evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.locator('tr[aria-rowindex="251"]').waitFor();
  assert.ok((await column(page, 'duration')).at(-1) === '–', 'what is absent comes last');
  quiet(visit);
  await visit.context.close();
});

test('items are filtered, and the address says how', async () => {
  const visit = await stage.visit('typical.html');
  const { page } = visit;
  await page.getByLabel('Status', { exact: true }).selectOption('failed');
  await shows(page, '12 of 250 items');
  await page.getByLabel('Error group', { exact: true }).selectOption({ index: 1 });
  await shows(page, '7 of 250 items');
  await page.waitForURL(/#status=failed&group=[0-9a-f]{12}$/);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await shows(page, '250 of 250 items');
  await page.getByLabel('Skip reason', { exact: true }).selectOption({ index: 1 });
  await shows(page, '6 of 250 items');
  await page.goBack();
  await page.goBack();
  await shows(page, '7 of 250 items');
  await page.reload();
  await ready(page);
  await shows(page, '7 of 250 items');
  await page.goBack();
  await shows(page, '12 of 250 items');
  await page.getByLabel('Search', { exact: true }).fill('PDF_CONVERSION');
  await shows(page, '2 of 250 items');
  await page.waitForURL(/q=PDF_CONVERSION/);
  await page.getByLabel('Search', { exact: true }).fill('nothing of the kind');
  await shows(page, '0 of 250 items');
  quiet(visit);
  await visit.context.close();
});

test('groups and jobs are linked to by their ids', async () => {
  const summary = stage.json('several.json');
  const links = [['', summary.overall.error_groups[1]],
    ...summary.jobs.map((job) => [`job=${encodeURIComponent(job.label)}&`, job.error_groups[0]])];
  for (const [job, group] of links) {
    if (!group) continue;
    const visit = await stage.visit(`several.html#${job}group=${group.id}`);
    await shows(visit.page, `${group.count} of .* items`);
    const ids = (await column(visit.page, 'id')).map((text) => text.replace(/copy$/, ''));
    const items = summary.items.filter((item) => item.error_group === group.id).map((item) => item.item_id);
    assert.ok(ids.length > 0 && ids.every((id) => items.includes(id)), `${ids} of ${items}`);
    assert.ok(await visit.page.locator('#all-items').evaluate((element) => element.getBoundingClientRect().top < 50));
    await visit.context.close();
  }
});

test('the group that is chosen stays the same group when a job is chosen', async () => {
  const { overall, items } = stage.json('several.json');
  const id = overall.error_groups[0].id;
  const { page, context } = await stage.visit(`several.html#group=${id}`);
  await page.getByLabel('Job', { exact: true }).selectOption({ index: 1 });
  const shown = new Set((await column(page, 'id')).map((text) => text.replace(/copy$/, '')));
  const groups = items.filter((item) => shown.has(item.item_id)).map((item) => item.error_group);
  if (page.url().includes('group=')) assert.deepEqual([...new Set(groups)], [id]);
  else assert.ok(!groups.includes(id));
  await context.close();
});

test('an item has an address, a record and neighbours', async () => {
  const { overall } = stage.json('typical.json');
  const { item_id: id, item_name: name, error_message: message } = overall.error_groups[0].examples[0];
  const visit = await stage.visit(`typical.html#item=${id}`);
  const { page } = visit;
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('heading', { name }).waitFor();
  assert.ok((await dialog.textContent()).includes(message));
  await page.reload();
  await ready(page);
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.waitForURL((url) => !url.href.includes('item='));
  await page.getByLabel('Status', { exact: true }).selectOption('failed');
  await page.locator('.items-scroll .open').first().click();
  await dialog.getByRole('button', { name: 'Next' }).click();
  const second = (await column(page, 'id'))[1].replace(/copy$/, '');
  await page.waitForURL((url) => url.href.includes(second));
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.goBack();
  await page.waitForURL(/#status=failed$/);
  assert.ok(!await dialog.isVisible(), 'a step back does not open it again');
  quiet(visit);
  await visit.context.close();
  const missing = await stage.visit('typical.html#item=%3Cb%3Enone');
  await missing.page.getByText('There is no item <b>none in this table.').waitFor();
  await missing.context.close();
});

test('a link to a job leads there at once', async () => {
  const { page, context } = await stage.visit('several.html');
  const link = page.locator('.overview a').nth(3);
  const address = await link.getAttribute('href');
  assert.match(address, /^#job-bjb-[0-9a-f-]{36}$/, 'it holds in a later report');
  await link.click();
  await page.waitForURL((url) => url.hash === address);
  const top = await page.locator(`[id="${address.slice(1)}"]`).evaluate((element) => element.getBoundingClientRect().top);
  assert.ok(top >= 0 && top < 200, `${top}`);
  await context.close();
});

test('other places of the page can still be linked to', async () => {
  const { page, context } = await stage.visit('typical.html#status=failed');
  await page.goto(`${stage.address}/typical.html#definitions`);
  await shows(page, '12 of 250 items');
  await context.close();
});

test('what is shown is saved as CSV', async () => {
  const visit = await stage.visit('typical.html#status=failed&sort=-duration');
  const text = await download(visit.page);
  assert.ok(text.startsWith('\ufeff'));
  const [head, ...rows] = records(text.slice(1));
  assert.equal(rows.length, 12);
  assert.ok(rows.every((row) => row.length === head.length && row[head.indexOf('status')] === 'failed'));
  const { overall } = stage.json('typical.json');
  const slow = overall.slowest.filter((item) => item.status === 'failed');
  assert.deepEqual(rows.slice(0, slow.length).map((row) => row[0]), slow.map((item) => item.item_id));
  assert.equal(Number(rows[0][head.indexOf('duration_seconds')]), slow[0].duration_seconds);
  quiet(visit);
  await visit.context.close();
});

test('an id is copied, also where the browser has no clipboard for pages', async () => {
  for (const stub of [false, true]) {
    const visit = await stage.visit('typical.html');
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const { page } = visit;
    const read = () => page.evaluate(() => globalThis.before.readText());
    await page.evaluate((stub) => {
      globalThis.before = navigator.clipboard;
      if (stub) Object.defineProperty(navigator, 'clipboard', { value: undefined });
    }, stub);
    const id = (await column(page, 'id'))[2].replace(/copy$/, '');
    await page.getByRole('button', { name: `Copy ID ${id}` }).click();
    await page.getByText(`Copied ${id}`).waitFor();
    assert.equal(await read(), id);
    await page.locator('.items-scroll .open').nth(3).click();
    const other = (await column(page, 'id'))[3].replace(/copy$/, '');
    await page.getByRole('button', { name: 'Copy ID', exact: true }).click();
    await page.getByRole('dialog').getByText(`Copied ${other}`).waitFor();
    assert.equal(await read(), other);
    assert.deepEqual(visit.seen.console, []);
    await visit.context.close();
  }
});

test('what to do next has a command, which a button copies from the keyboard', async () => {
  const plain = await stage.visit('typical.html', { javaScriptEnabled: false });
  const command = await plain.page.locator('section.next .command code').textContent();
  assert.match(command, /^batch-report retry \S+typical --retry transient$/);
  assert.equal(await plain.page.locator('section.next button').isVisible(), false);
  await plain.context.close();
  const { page, context } = await stage.visit('typical.html');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText(`Copied ${command}`).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
  await context.close();
});

test('the keyboard alone is enough', async () => {
  const { page, context } = await stage.visit('typical.html');
  const focused = () => page.evaluate(() => document.activeElement?.closest('tr')?.getAttribute('aria-rowindex'));
  await page.getByLabel('Search', { exact: true }).focus();
  for (let at = 0; at < 40 && await focused() !== '2'; at++) await page.keyboard.press('Tab');
  assert.equal(await focused(), '2');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), '3');
  await page.keyboard.press('End');
  assert.equal(await focused(), '251');
  await page.keyboard.press('PageUp');
  assert.ok(Number(await focused()) > 200);
  await page.keyboard.press('Home');
  assert.equal(await focused(), '2');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, 'none', 'the focus is seen');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(await focused(), '2', 'the focus comes back');
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^Copy ID /);
  await context.close();
});

test('without scripts the page reads, with the failed items in a plain table', async () => {
  const visit = await stage.visit('typical.html', { javaScriptEnabled: false });
  const { page } = visit;
  await page.getByText('With scripts').waitFor();
  assert.equal(await page.locator('#items-preview tbody tr').count(), 12);
  assert.equal(await page.locator('#items-preview .status.failed').count(), 12);
  assert.equal(await page.locator('#items-live').count(), 0);
  assert.ok(await page.getByRole('heading', { level: 1 }).isVisible());
  quiet(visit);
  await visit.context.close();
});

test("under Jenkins' policy the page reads, and with --assets it has its style", async () => {
  stage.policy = JENKINS;
  const paper = (page) => page.evaluate(() => getComputedStyle(document.querySelector('main')).overflowWrap);
  for (const [name, wrap] of [['typical', 'normal'], ['assets', 'anywhere']]) {
    const { page, seen, context } = await stage.visit(`${name}.html`);
    assert.ok(await page.getByText('12 of 241 processed items failed').first().isVisible());
    assert.equal(await page.locator('#items-preview tbody tr').count(), 12);
    assert.equal(await page.locator('#items-live').count(), 0, 'scripts are off');
    assert.equal(await paper(page), wrap, 'whether the style is there');
    assert.deepEqual(seen.dialogs, []);
    await context.close();
  }
});

test('with --assets everything works from files beside the page', async () => {
  for (const base of [stage.address, pathToFileURL(stage.folder).href]) {
    const visit = await stage.visit(`${base}/assets.html#status=failed`);
    await shows(visit.page, '12 of 250 items');
    quiet(visit, `${base}/assets.css`, `${base}/assets.js`);
    await visit.context.close();
  }
});

test('on a phone nothing but tables scrolls sideways', async () => {
  for (const name of ['typical', 'several', 'hostile']) {
    const { page, context } = await stage.visit(`${name}.html`, { viewport: { width: 360, height: 740 } });
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(await wide() <= 360, `${name}: ${await wide()}`);
    await page.locator('.items-scroll .open').first().click();
    await page.getByRole('dialog').waitFor();
    assert.ok(await wide() <= 360, `${name} with a record: ${await wide()}`);
    await context.close();
  }
});

test('axe finds nothing against WCAG 2.2 AA, light and dark, wide and narrow, with a record open', async () => {
  for (const name of ['typical', 'several', 'running', 'hostile']) {
    for (const colorScheme of ['light', 'dark']) {
      const visit = await stage.visit(`${name}.html#sort=status`, { colorScheme });
      await checkAccess(visit.page, `${name}, ${colorScheme}`);
      await visit.page.locator('.items-scroll .open').first().click();
      await visit.page.getByRole('dialog').waitFor();
      await checkAccess(visit.page, `${name}, ${colorScheme}, with a record`);
      await visit.context.close();
    }
    const narrow = await stage.visit(`${name}.html`, { viewport: { width: 360, height: 740 } });
    await checkAccess(narrow.page, `${name}, narrow`);
    await narrow.context.close();
  }
});

test('dark is dark', async () => {
  const { page, context } = await stage.visit('typical.html', { colorScheme: 'dark' });
  const light = await page.locator('.items-scroll thead th').first().evaluate((cell) => {
    const [red, green, blue] = getComputedStyle(cell).backgroundColor.match(/\d+/g).map(Number);
    return red + green + blue;
  });
  assert.ok(light < 200, String(light));
  await context.close();
});

test('what is shown is printed, without controls', async () => {
  const visit = await stage.visit('typical.html#status=failed');
  const { page } = visit;
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 20_000 && pdf.subarray(0, 5).toString() === '%PDF-');
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.locator('.items-scroll tbody:not(.gap) tr').count(), 12);
  assert.ok(await page.getByText('Printed: 12 items.').isVisible());
  assert.ok(!await page.getByLabel('Search', { exact: true }).isVisible());
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  quiet(visit);
  await visit.context.close();
});

test('an empty job has no table, and no error', async () => {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  const errors = [];
  page.on('console', (message) => errors.push(message.text()));
  await page.goto(`${stage.address}/empty.html`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await page.locator('#all-items').count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test('hostile text is text: nothing executes, nothing breaks out, no cell is a formula', async () => {
  const visit = await stage.visit('hostile.html');
  const { page } = visit;
  const names = new Set();
  const total = Number((await page.locator('.items-count').textContent()).match(/of (\d+)/)[1]);
  for (let at = 0; at < total; at += 10) {
    await page.locator('.items-scroll').evaluate((element, row) => element.scrollTo(0, row * 34), at);
    await page.locator(`tr[aria-rowindex="${Math.min(at + 3, total + 1)}"]`).waitFor();
    for (const name of await column(page, 'name')) names.add(name);
  }
  for (const name of ['<script>alert(1)</script>', '</script><script>alert(2)</script>']) {
    assert.ok(names.has(name), `${name} is shown as it is`);
  }
  for (const hash of ['#q=%3Cscript%3Ealert(9)%3C/script%3E', '#status=%22%3E%3Cimg src=x onerror=alert(9)%3E',
    '#item=%3Cimg src=x onerror=alert(9)%3E', '#sort=__proto__&job=constructor&group=-1&reason=%3Cb%3E']) {
    await page.goto(`${stage.address}/hostile.html${hash}`);
    await page.reload();
    await ready(page);
  }
  const elements = await page.evaluate(() => ({
    scripts: document.querySelectorAll('script:not([type])').length,
    others: document.querySelectorAll('img, iframe, object, embed, svg [onload], [onerror], [onclick]').length,
    links: [...document.querySelectorAll('a')].filter((link) => !link.getAttribute('href')?.startsWith('#')).length,
  }));
  assert.deepEqual(elements, { scripts: 1, others: 0, links: 0 });
  await page.goto(`${stage.address}/hostile.html`);
  await page.reload();
  await ready(page);
  const text = await download(page);
  const rows = records(text.slice(1));
  assert.equal(rows.length, total + 1);
  for (const row of rows) {
    assert.equal(row.length, rows[0].length);
    for (const [at, cell] of row.entries()) {
      const ours = rows[0][at] === 'duration_seconds' && /^-\d/.test(cell);
      assert.ok(ours || !/^[=+\-@\t\r]/.test(cell), cell);
    }
  }
  for (const row of await page.locator('.items-scroll .open').all()) {
    await row.click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  }
  assert.equal(await page.evaluate(() => /[\u202a-\u202e\u2066-\u2069\u200b]/u.test(document.body.innerText)), false);
  quiet(visit);
  await visit.context.close();
});
