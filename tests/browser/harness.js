// Reports to look at, a browser to look at them with, and a server that sends what a host would.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = resolve(process.env.BATCH_REPORT ?? join(ROOT, 'target/debug/batch-report'));
export const JENKINS = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self'";
const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript' };

/** Makes a report of each fixture, serves them and opens pages. */
export class Stage {
  folder = mkdtempSync(join(tmpdir(), 'batch-report-browser-'));
  browser;
  server;
  address = '';
  /** A policy that the server sends, as a host would that does not trust its artifacts. */
  policy = '';

  async open() {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    this.browser = await chromium.launch({ executablePath, args });
    this.server = createServer((request, response) => {
      const name = decodeURIComponent(new URL(request.url, 'http://x').pathname.slice(1));
      const path = join(this.folder, name);
      if (name.includes('/') || !existsSync(path)) {
        response.writeHead(404).end();
        return;
      }
      const headers = { 'Content-Type': TYPES[name.split('.').pop()] ?? 'application/octet-stream' };
      if (this.policy) headers['Content-Security-Policy'] = this.policy;
      response.writeHead(200, headers).end(readFileSync(path));
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.address = `http://127.0.0.1:${this.server.address().port}`;
  }

  async close() {
    await this.browser?.close();
    this.server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(name) {
    return join(this.folder, name);
  }

  /** Writes `NAME.html` of a fixture, or of a path. */
  make(input, name, ...options) {
    const path = existsSync(join(ROOT, 'fixtures', input)) ? join(ROOT, 'fixtures', input) : input;
    execFileSync(PROGRAM, ['report', path, '-q', '-o', this.path(`${name}.html`), ...options], {
      env: { ...process.env, SOURCE_DATE_EPOCH: '1780000000' },
    });
    return `${name}.html`;
  }

  json(name) {
    return JSON.parse(readFileSync(this.path(name), 'utf8'));
  }

  /** Opens a page and notes what it must not do: complain, ask the network, ask the user. */
  async visit(url, options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const seen = { console: [], requests: [], dialogs: [] };
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) seen.console.push(message.text());
    });
    page.on('pageerror', (error) => seen.console.push(String(error)));
    page.on('request', (request) => seen.requests.push(request.url()));
    page.on('dialog', (dialog) => {
      seen.dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const target = url.includes(':') ? url : `${this.address}/${url}`;
    await page.goto(target);
    if (options.javaScriptEnabled !== false && !this.policy) await ready(page);
    return { page, seen, context, target };
  }
}

/** Until the table of all items has been built. */
export async function ready(page) {
  await page.locator('#all-items[data-ready]').waitFor({ timeout: 60_000 });
}

/** Until the table says how many items it shows. */
export async function shows(page, words) {
  await page.locator('.items-count', { hasText: new RegExp(`^${words}$`) }).waitFor();
}

/** The texts of a column, of the rows that are drawn. */
export async function column(page, name) {
  return page.locator(`.items-scroll tbody:not(.gap) .c-${name}`).allTextContents();
}

/** The records of a text of CSV, read by the rules of RFC 4180. */
export function records(text) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (quoted && c === '"' && text[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (c === '"') {
      quoted = !quoted;
    } else if (!quoted && (c === ',' || c === '\r')) {
      rows.at(-1).push(cell);
      cell = '';
    } else if (!quoted && c === '\n') {
      rows.push([]);
    } else {
      cell += c;
    }
  }
  rows.pop();
  return rows;
}
