// Opens the playground of a running server in a real browser and uses it as a reader would.
//
//   node tests/web/playground.mjs http://127.0.0.1:8080 [--screenshot FILE]
//
// The browser is CHROMIUM or /usr/bin/chromium. Exit code 0 only when every check passed.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { openBrowser } from './browser.mjs';
import { checklist, must } from './checks.mjs';
import {
  RESPONSE, VARIABLES, WAIT_MS, catalogOf, drawnVariables, mustForget, mutations, pasteToken, run, samples, textOf, watch,
} from './page.mjs';

const CHINESE = /[\u4e00-\u9fff]/;
/** A Chinese value in an answer; keys are English, messages stand under "errors". */
const CHINESE_VALUE = /:\s*"[^"]*[\u4e00-\u9fff]/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshot: { type: 'string' } },
});
const [base] = positionals;
if (!base) {
  console.error('usage: node playground.mjs http://HOST:PORT [--screenshot FILE]');
  process.exit(2);
}
const origin = new URL(base).origin;

async function everyCheck(page, seen, { check }) {
  let catalog = { examples: [] };
  const withVariables = () => catalog.examples.filter((example) => example.variables);

  await check('the page is served with a policy that keeps it to its own origin', async () => {
    const answer = await page.goto(`${origin}/playground`, { timeout: WAIT_MS });
    must(answer.status() === 200, `HTTP ${answer.status()}`);
    const policy = answer.headers()['content-security-policy'] ?? '';
    must(policy.includes("script-src 'self'"), `Content-Security-Policy is "${policy}"`);
  });
  await check('title and language are Chinese', async () => {
    must((await page.title()) === '科创图谱 · 查询台', `title is "${await page.title()}"`);
    must((await page.locator('html').getAttribute('lang')) === 'zh-CN', 'lang is not zh-CN');
  });
  await check('the editor stands', () => page.locator('.graphiql-query-editor .view-line').first().waitFor({ timeout: WAIT_MS }));
  await check('the samples are listed with Chinese titles', async () => {
    catalog = await catalogOf(page, origin);
    const writing = catalog.examples.filter(({ writes }) => writes).length;
    must(catalog.store !== 'xinxiang' || writing === 0, 'something invented is offered to be written into the real store');
    must((await mutations(page).count()) === writing, `${writing} mutations, and another number is shown`);
    catalog.examples = catalog.examples.filter(({ writes }) => !writes);
    must(catalog.examples.length > 0, 'examples.json lists no example');
    const titles = await samples(page).allInnerTexts();
    must(titles.length === catalog.examples.length, `${titles.length} shown of ${catalog.examples.length}`);
    const plain = titles.filter((title) => !CHINESE.test(title));
    must(plain.length === 0, `not Chinese: ${plain.join(', ')}`);
    return `${titles.length} samples`;
  });
  await check('store name and banner are what the server says', async () => {
    must((await page.locator('.store').innerText()).includes(catalog.storeNameZh), 'the store is not named');
    const banners = await page.locator('.banner').allInnerTexts();
    const wanted = catalog.banner ? [catalog.banner] : [];
    must(JSON.stringify(banners) === JSON.stringify(wanted), `shown: ${JSON.stringify(banners)}`);
  });
  await check('the first tab has its variables', async () => {
    must(catalog.examples.length > 0, 'there is no first sample');
    await drawnVariables(page, catalog.examples[0]);
  });
  await check('what the service says of itself is shown, until there is nothing more to say', async () => {
    const notice = page.locator('.notice');
    must((await notice.count()) === 0, `shown: ${await notice.allInnerTexts()}`);
    await page.route('**/readyz', (route) => route.fulfill({ json: { writer: 'DISK_FULL', notice: { zh: '磁盘已满', en: 'full' } } }));
    await run(page);
    await notice.waitFor({ timeout: WAIT_MS });
    must((await notice.innerText()) === '磁盘已满', `shown: ${await notice.innerText()}`);
    await page.unroute('**/readyz');
    await run(page);
    await notice.waitFor({ state: 'detached', timeout: WAIT_MS });
  });
  // Three are enough to know the page; that every sample answers is proved in Rust.
  for (const index of [0, 1, catalog.examples.length - 1].filter((at, place, all) => all.indexOf(at) === place)) {
    await check(`sample ${index + 1} opens and answers rows`, async () => {
      must(catalog.examples[index], 'there is no such sample');
      await samples(page).nth(index).click();
      await drawnVariables(page, catalog.examples[index]);
      const answer = await run(page);
      must(!answer.errors, `errors: ${JSON.stringify(answer.errors)?.slice(0, 300)}`);
      must(answer.data, 'the answer has no data');
      must(CHINESE_VALUE.test(JSON.stringify(answer.data)), 'no Chinese name in the answer');
      const shown = await textOf(page, RESPONSE);
      must(shown.includes('"data"') && !shown.includes('"errors"'), `shown: ${shown.slice(0, 200)}`);
      return catalog.examples[index].titleZh;
    });
  }
  await check('the answer that is shown goes out as a file, and what cannot go out is said', async () => {
    const menu = page.getByRole('combobox', { name: '把结果下载成文件' });
    const said = page.locator('.run-text p').first();
    await samples(page).first().click();
    await drawnVariables(page, catalog.examples[0]);
    const answer = await run(page);
    const [root] = Object.values(answer.data);
    const [file] = await Promise.all([page.waitForEvent('download', { timeout: WAIT_MS }), menu.selectOption('csv')]);
    must(/[\u4e00-\u9fff].*\.csv$/.test(file.suggestedFilename()), `the file is called ${file.suggestedFilename()}`);
    await said.filter({ hasText: '已下载' }).waitFor({ timeout: WAIT_MS });
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n').length - 1;
    const rows = Number(/：(\d+) 行/.exec(await said.innerText())?.[1]);
    must(lines >= rows && rows >= (root?.edges?.length ?? 1), `${lines} lines, ${rows} rows told: ${await said.innerText()}`);
    // A list is no network: the service says so, and the page repeats it. Its status is no complaint.
    const refused = page.waitForResponse((told) => told.url().includes('/export?format=gexf'), { timeout: WAIT_MS });
    await menu.selectOption('gexf');
    must((await refused).status() === 422, `HTTP ${(await refused).status()}`);
    await said.filter({ hasText: '没有下载' }).waitFor({ timeout: WAIT_MS });
    seen.complaints.splice(0, seen.complaints.length, ...seen.complaints.filter((text) => !/export\?format=gexf|422/.test(text)));
    return file.suggestedFilename();
  });
  await check('tabs keep their own variables', async () => {
    const [one, two] = withVariables();
    must(one && two, 'fewer than two samples take variables');
    for (const example of [one, two, one, two]) {
      await samples(page).nth(catalog.examples.indexOf(example)).click();
      await drawnVariables(page, example);
    }
  });
  await check('open tabs and their variables are there after a reload', async () => {
    const before = await page.getByRole('tab').count();
    const [, last] = withVariables();
    must(last, 'fewer than two samples take variables');
    // GraphiQL writes its tabs half a second after the last change.
    await page.waitForFunction(
      ([count, query]) => Object.keys(localStorage).some((key) => {
        if (!key.endsWith('graphiql:tabState')) return false;
        const { tabs, activeTabIndex } = JSON.parse(localStorage[key]);
        return tabs.length === count && tabs[activeTabIndex].query === query;
      }),
      [before, last.query],
      { timeout: WAIT_MS },
    );
    await page.reload();
    await page.locator('.graphiql-query-editor .view-line').first().waitFor({ timeout: WAIT_MS });
    await drawnVariables(page, last);
    const after = await page.getByRole('tab').count();
    must(after === before, `${before} tabs became ${after}`);
  });
  await check('the keyboard reaches a sample and opens the help', async () => {
    await samples(page).first().focus();
    await page.keyboard.press('Enter');
    must((await samples(page).first().getAttribute('aria-current')) === 'true', 'Enter did not open the sample');
    await page.getByRole('button', { name: '使用说明' }).focus();
    await page.keyboard.press('Enter');
    const help = page.getByRole('dialog', { name: '使用说明' });
    await help.waitFor({ timeout: WAIT_MS });
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden', timeout: WAIT_MS });
  });
  await check('a token typed under 请求头 is sent, and kept nowhere', async () => {
    // The service is not asked: a token that it does not know would be an error of this page.
    const sent = [];
    await page.route('**/graphql', (route) => {
      sent.push(route.request().headers()['authorization'] ?? null);
      return route.fulfill({ json: { data: { __typename: 'Query' } } });
    });
    await run(page);
    const token = `igt_${'0123456789abcdef'.repeat(4)}`;
    await pasteToken(page, token);
    must((await textOf(page, VARIABLES)).includes('令牌'), 'the headers editor explains nothing');
    await run(page);
    await page.unroute('**/graphql');
    must(JSON.stringify(sent) === JSON.stringify([null, `Bearer ${token}`]), `sent: ${JSON.stringify(sent)}`);
    await mustForget(page, token);
    await page.getByRole('button', { name: '变量', exact: true }).click();
  });
  await check('no request left this origin', async () => must(seen.foreign.length === 0, seen.foreign.join(' ')));
  await check('no console error, no policy violation', async () => must(seen.complaints.length === 0, seen.complaints.join(' | ')));
}

const list = checklist();
const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const seen = await watch(page, origin);
  await everyCheck(page, seen, list);
  if (values.screenshot) {
    // A fresh page: the headers of the last check would be refused.
    await page.reload();
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    await samples(page).first().click();
    await run(page).catch(() => undefined);
    await page.screenshot({ path: values.screenshot });
  }
} finally {
  await browser.close();
}
process.exit(list.finish());
