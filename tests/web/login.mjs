// Logs in over the playground as staff do: a wrong password, the first one, one of their own; reads
// what the public may not, and is the public again. For a store of invented data that can be
// thrown away.
//
//   ACCOUNT=… PASSWORD=… TOKEN=igt_… node tests/web/login.mjs http://127.0.0.1:8080 [--screenshot FILE.png]
//
// ACCOUNT is a county officer of 示例东城区 (990101) who has not logged in yet, PASSWORD their first
// password, TOKEN that of a steward. Exit code 0 only when every check passed.
import { parseArgs } from 'node:util';

import { openBrowser } from './browser.mjs';
import { checklist, must } from './checks.mjs';
import { WAIT_MS, mustForget, pasteToken, watch } from './page.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshot: { type: 'string' } },
});
const [base] = positionals;
const { ACCOUNT: account, PASSWORD: first, TOKEN: token } = process.env;
if (!base || !account || !first || !token) {
  console.error('usage: ACCOUNT=… PASSWORD=… TOKEN=igt_… node login.mjs http://HOST:PORT [--screenshot FILE.png]');
  process.exit(2);
}
const origin = new URL(base).origin;
const OWN = 'Dongcheng-2026-xin';
const ENTERPRISE = '示例鼎合控股有限公司';
const READ = `query Figures { viewer { role name } enterprise(by: {name: "${ENTERPRISE}"}) { yearFigures { totalCount } } }`;
const WRITE = `mutation Enter { outcome: saveYearFigures(input: {organization: {name: "${ENTERPRISE}"}, year: 2025, figuresBasis: DECLARED, staff: 120, source: "src-registry"}) { __typename ... on Refusal { code zh } } }`;

const dialog = (page) => page.getByRole('dialog');
const button = (page, name) => page.getByRole('button', { name, exact: true });
const bar = (page) => page.getByRole('group', { name: '登录情况' });

async function picture(page, ending) {
  if (!values.screenshot) return;
  await page.screenshot({ path: values.screenshot.replace(/\.png$/, `${ending}.png`) });
}

async function open(page) {
  await page.goto(`${origin}/playground`, { timeout: WAIT_MS });
  await page.locator('.graphiql-query-editor .view-line').first().waitFor({ timeout: WAIT_MS });
}

/** Runs a document of one's own in the tab that is open. */
async function ask(page, document) {
  await page.locator('.graphiql-query-editor .view-line').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(document);
  // Not the question for the fields, which the page may still be asking after it was opened.
  const own = (answer) => answer.request().postDataJSON()?.query?.includes(document);
  const [response] = await Promise.all([
    page.waitForResponse((answer) => answer.url() === `${origin}/graphql` && own(answer), { timeout: WAIT_MS }),
    page.locator('.run-button').click(),
  ]);
  return response.json();
}

/** Has a steward enter yearly figures, which the public does not see. */
async function enterFigures() {
  const answer = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: WRITE }),
  });
  const { data, errors } = await answer.json();
  must(data?.outcome?.__typename === 'Written', JSON.stringify(errors ?? data).slice(0, 300));
}

/** Who the service takes the reader for, and how many yearly figures they see. */
async function seenBy(page) {
  const answer = await ask(page, READ);
  must(!answer.errors, JSON.stringify(answer.errors)?.slice(0, 300));
  const { viewer, enterprise } = answer.data;
  return `${viewer.role} ${viewer.name} ${enterprise.yearFigures.totalCount}`;
}

async function mustSee(page, expected) {
  const seen = await seenBy(page);
  must(seen === expected, `seen: ${seen}`);
}

async function mustSay(page, name) {
  const button = bar(page).getByRole('button', { name, exact: true });
  await button.waitFor({ timeout: WAIT_MS });
}

async function fill(page, typed) {
  for (const [label, text] of Object.entries(typed)) await dialog(page).getByLabel(label, { exact: true }).fill(text);
}

/** Sends the form; the sentence that is shown must be the server's own, in Chinese. */
async function mustBeRefused(page, address, code) {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => new URL(response.url()).pathname === address, { timeout: WAIT_MS }),
    page.keyboard.press('Enter'),
  ]);
  const [error] = (await answer.json()).errors;
  must(error.extensions.code === code, error.extensions.code);
  const alert = dialog(page).getByRole('alert').filter({ hasText: error.extensions.zh });
  await alert.waitFor({ timeout: WAIT_MS });
}

/** Takes what a check provoked out of what the page is blamed for; anything else stays. */
function expect(seen, status, address) {
  const before = seen.complaints.length;
  const provoked = [`HTTP ${status}: ${origin}${address}`, `status of ${status} `];
  seen.complaints = seen.complaints.filter((complaint) => !provoked.some((one) => complaint.includes(one)));
  must(seen.complaints.length < before, `no ${status} of ${address}`);
}

async function gettingIn(page, seen, check) {
  await check('there is something that only staff may see', enterFigures);
  await check('whoever has not logged in is the public, and no error is told', async () => {
    await open(page);
    await mustSay(page, '登录');
    await mustSee(page, 'PUBLIC null 0');
    must(seen.complaints.length === 0, seen.complaints.join(' | '));
  });
  await check('the keyboard opens the form, and Escape leads back', async () => {
    await button(page, '登录').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: '登录' }).waitFor({ timeout: WAIT_MS });
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('name'));
    must(focused === 'name', `the focus is on ${focused}`);
    await picture(page, '-form');
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'hidden', timeout: WAIT_MS });
    must(await button(page, '登录').evaluate((element) => element === document.activeElement), 'the focus is lost');
  });
  await check('a wrong password is refused with the sentence of the service', async () => {
    await button(page, '登录').click();
    await fill(page, { 账号: account, 密码: 'Wrong-2026' });
    await mustBeRefused(page, '/session', 'LOGIN_REFUSED');
    await picture(page, '-refused');
    expect(seen, 401, '/session');
  });
  await check('a first password leads to the choice of another, and opens nothing before', async () => {
    await fill(page, { 密码: first });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: '修改密码' }).waitFor({ timeout: WAIT_MS });
    const said = await dialog(page).innerText();
    must(['初始密码', '至少 10 个字符', '三种'].every((word) => said.includes(word)), said);
    must((await dialog(page).getByLabel('初始密码', { exact: true }).inputValue()) === first, 'it has to be typed again');
    await page.keyboard.press('Escape');
    await mustSay(page, '请先修改初始密码');
    await mustSee(page, 'PUBLIC null 0');
    must(seen.complaints.length === 0, seen.complaints.join(' | '));
  });
  await check('a weak password and two that differ are refused with a sentence', async () => {
    await button(page, '请先修改初始密码').click();
    await fill(page, { 初始密码: first, 新密码: 'alllowercase', 再输一次新密码: 'alllowercase' });
    await mustBeRefused(page, '/session/password', 'PASSWORD_WEAK');
    expect(seen, 400, '/session/password');
    await fill(page, { 新密码: OWN });
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('alert').filter({ hasText: '不一样' }).waitFor({ timeout: WAIT_MS });
    await picture(page, '-password');
  });
  await check('with a password of their own they are in: name, role and region are shown', async () => {
    await fill(page, { 再输一次新密码: OWN });
    await page.keyboard.press('Enter');
    await dialog(page).waitFor({ state: 'hidden', timeout: WAIT_MS });
    await mustSay(page, '退出');
    const said = await bar(page).innerText();
    must([account, '县区管理员', '示例东城区'].every((word) => said.includes(word)), said);
  });
}

async function beingIn(page, seen, check) {
  await check('what only staff may see is read', async () => {
    await mustSee(page, `COUNTY_OFFICER ${account} 1`);
    await picture(page, '');
  });
  await check('a reload does not log out, and nothing of it is kept where scripts read', async () => {
    const { csrfToken } = await (await page.request.get(`${origin}/session`)).json();
    await page.reload();
    await mustSay(page, '退出');
    await mustSee(page, `COUNTY_OFFICER ${account} 1`);
    for (const secret of [first, OWN, csrfToken]) await mustForget(page, secret);
  });
  await check('a token typed under 请求头 counts, and the cookie stays at home', async () => {
    await pasteToken(page, token);
    const answer = await ask(page, READ);
    must(answer.data?.viewer.role === 'STEWARD', JSON.stringify(answer).slice(0, 300));
    await page.reload();
    await mustSee(page, `COUNTY_OFFICER ${account} 1`);
  });
  await check('a log-in that has ended is told of once, and the page goes on as the public', async () => {
    const held = await page.context().cookies();
    const { csrfToken } = await (await page.request.get(`${origin}/session`)).json();
    await page.request.delete(`${origin}/session`, { headers: { 'x-csrf-token': csrfToken } });
    await page.context().addCookies(held);
    const answer = await ask(page, READ);
    must(answer.errors?.[0].extensions.code === 'SESSION_ENDED', JSON.stringify(answer).slice(0, 300));
    await page.locator('.notice', { hasText: '登录已结束' }).waitFor({ timeout: WAIT_MS });
    await mustSay(page, '登录');
    expect(seen, 401, '/graphql');
    await picture(page, '-ended');
    await mustSee(page, 'PUBLIC null 0');
    await open(page);
    must((await page.locator('.notice').count()) === 0, 'it is told of again');
  });
}

async function gettingOut(page, seen, check) {
  await check('another page of the browser learns who has logged in, and that they have gone', async () => {
    const other = await page.context().newPage();
    const also = await watch(other, origin);
    await open(other);
    await button(page, '登录').click();
    await fill(page, { 账号: account, 密码: OWN });
    await page.keyboard.press('Enter');
    await mustSay(page, '退出');
    await mustSay(other, '退出');
    await mustSee(other, `COUNTY_OFFICER ${account} 1`);
    await button(page, '退出').click();
    await mustSay(page, '登录');
    await mustSay(other, '登录');
    must(also.complaints.length === 0, also.complaints.join(' | '));
    await other.close();
  });
  await check('who has logged out is the public, and leaves no answer behind', async () => {
    must((await page.locator('.run-bar').getAttribute('data-answered')) === 'no', 'an answer stands');
    must((await page.context().cookies()).length === 0, 'a cookie is left');
    await mustSee(page, 'PUBLIC null 0');
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
  await gettingIn(page, seen, list.check);
  await beingIn(page, seen, list.check);
  await gettingOut(page, seen, list.check);
} finally {
  await browser.close();
}
process.exit(list.finish());
