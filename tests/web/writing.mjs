// Writes into a running server over the playground, as staff do who practise: without a token,
// with one, and the next mutation after that. For a store of invented data that can be thrown away.
//
//   TOKEN=igt_… node tests/web/writing.mjs http://127.0.0.1:8080 [--screenshot FILE.png]
//
// TOKEN is that of somebody who may write. Exit code 0 only when every check passed.
import { parseArgs } from 'node:util';

import { openBrowser } from './browser.mjs';
import { checklist, must } from './checks.mjs';
import { RESPONSE, WAIT_MS, catalogOf, mustForget, mutations, pasteToken, run, samples, textOf, watch } from './page.mjs';

const CHINESE = /[\u4e00-\u9fff]/;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshot: { type: 'string' } },
});
const [base] = positionals;
const token = process.env.TOKEN;
if (!base || !token) {
  console.error('usage: TOKEN=igt_… node writing.mjs http://HOST:PORT [--screenshot FILE.png]');
  process.exit(2);
}
const origin = new URL(base).origin;

async function picture(page, ending) {
  if (!values.screenshot) return;
  await page.screenshot({ path: values.screenshot.replace(/\.png$/, `${ending}.png`) });
}

async function sequence(page) {
  const answer = await page.request.get(`${origin}/readyz`);
  return (await answer.json()).sequence;
}

async function everyCheck(page, seen, { check }) {
  let writing = [];

  await check('mutations stand in a group of their own, which says that they write', async () => {
    await page.goto(`${origin}/playground`, { timeout: WAIT_MS });
    await page.locator('.graphiql-query-editor .view-line').first().waitFor({ timeout: WAIT_MS });
    const { examples } = await catalogOf(page, origin);
    writing = examples.filter(({ writes }) => writes);
    must(writing.length > 0, 'this store offers none');
    const titles = await mutations(page).allInnerTexts();
    must(JSON.stringify(titles) === JSON.stringify(writing.map(({ titleZh }) => titleZh)), titles.join(', '));
    must((await samples(page).count()) === examples.length - writing.length, 'queries and mutations are mixed');
    const hint = await page.getByRole('navigation', { name: '示例写入' }).innerText();
    must(['令牌', '虚构', '请求头'].every((word) => hint.includes(word)), hint);
    return `${titles.length} mutations`;
  });
  await check('one opens, and warns before it is run', async () => {
    await mutations(page).first().click();
    must((await mutations(page).first().getAttribute('aria-current')) === 'true', 'it did not open');
    must((await page.locator('.run-text h2').innerText()) === writing[0].titleZh, 'the bar does not name it');
    must((await page.locator('.run-warning').innerText()).includes('令牌'), 'nothing is said of a token');
    must((await page.locator('.run-button').innerText()).includes('运行写入'), 'the button does not say that it writes');
  });
  await check('without a token nothing is written, and a Chinese sentence says why', async () => {
    const before = await sequence(page);
    const answer = await run(page);
    const [error] = answer.errors ?? [];
    must(error?.extensions.code === 'FORBIDDEN', JSON.stringify(answer).slice(0, 300));
    must(CHINESE.test(error.extensions.zh), error.extensions.zh);
    const shown = await textOf(page, RESPONSE);
    must(shown.includes('FORBIDDEN') && shown.includes('令牌'), `shown: ${shown.slice(0, 300)}`);
    must((await sequence(page)) === before, 'something was written');
    await picture(page, '-forbidden');
  });
  await check('with a token it is written', async () => {
    const before = await sequence(page);
    await pasteToken(page, token);
    const answer = await run(page);
    must(!answer.errors, JSON.stringify(answer.errors)?.slice(0, 300));
    const { outcome } = answer.data;
    must(outcome.__typename === 'Written' && outcome.changed === true, JSON.stringify(outcome));
    await page.locator(`${RESPONSE} .view-line`, { hasText: 'Written' }).first().waitFor({ timeout: WAIT_MS });
    must((await sequence(page)) === before + 1, 'the store stands elsewhere');
  });
  await check('the next mutation takes the token along', async () => {
    await mutations(page).nth(1).click();
    const answer = await run(page);
    must(!answer.errors, JSON.stringify(answer.errors)?.slice(0, 300));
    const { outcome } = answer.data;
    must(outcome.__typename === 'Written', JSON.stringify(outcome));
    await page.locator(`${RESPONSE} .view-line`, { hasText: outcome.node.nameZh }).first().waitFor({ timeout: WAIT_MS });
    await picture(page, '');
  });
  await check('sent again, it is not written again', async () => {
    const answer = await run(page);
    must(answer.data?.outcome.__typename === 'Written', JSON.stringify(answer).slice(0, 300));
    must((await sequence(page)) === answer.data.outcome.sequence, 'it was written twice');
  });
  await check('the token is kept nowhere', () => mustForget(page, token));
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
} finally {
  await browser.close();
}
process.exit(list.finish());
