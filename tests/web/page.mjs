// What the tests of the playground share: noting what the page may not do, reading its editors,
// pressing its buttons. No check of what a page should say stands here.
import { must } from './checks.mjs';

export const WAIT_MS = 20_000;

/** Everything a page may not do, noted from before its first request. */
export async function watch(page, origin) {
  const seen = { foreign: [], complaints: [], posts: 0 };
  page.on('request', (request) => {
    const url = new URL(request.url());
    const inside = url.origin === origin || url.protocol === 'data:' || url.protocol === 'blob:';
    if (!inside) seen.foreign.push(request.url());
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) seen.foreign.push(socket.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') seen.complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => seen.complaints.push(`uncaught: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) seen.complaints.push(`HTTP ${response.status()}: ${response.url()}`);
  });
  await page.exposeFunction('noteViolation', (text) => seen.complaints.push(`CSP: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return seen;
}

/** What an editor shows. Monaco draws spaces as U+00A0 and only the lines in sight. */
export async function textOf(page, section) {
  const lines = await page.locator(`${section} .view-line`).allInnerTexts();
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

export const VARIABLES = '.graphiql-editor-tool';
export const RESPONSE = '.graphiql-response';
export const samples = (page) => page.getByRole('navigation', { name: '示例查询' }).getByRole('button');
export const mutations = (page) => page.getByRole('navigation', { name: '示例写入' }).getByRole('button');

/** Presses the run button and returns the answer that the browser received for it. */
export async function run(page) {
  const [response] = await Promise.all([
    page.waitForResponse((answer) => new URL(answer.url()).pathname === '/graphql', { timeout: WAIT_MS }),
    page.locator('.run-button').click(),
  ]);
  const answer = await response.json();
  await page.locator(`${RESPONSE} .view-line`, { hasText: /data|errors/ }).first().waitFor({ timeout: WAIT_MS });
  return answer;
}

export async function catalogOf(page, origin) {
  const answer = await page.request.get(`${origin}/playground/examples.json`);
  must(answer.ok(), `examples.json answers HTTP ${answer.status()}`);
  const type = answer.headers()['content-type'] ?? '';
  must(type.includes('application/json'), `examples.json is sent as ${type}`);
  return answer.json();
}

const squeezed = (text) => text.replace(/\s+/g, '');

export async function drawnVariables(page, example) {
  const wanted = example.variables ? squeezed(JSON.stringify(example.variables)) : '';
  const matches = async () => squeezed(await textOf(page, VARIABLES)).startsWith(wanted.slice(0, 60));
  const end = Date.now() + WAIT_MS;
  while (!(await matches())) {
    must(Date.now() < end, `the variables shown are ${squeezed(await textOf(page, VARIABLES)) || 'empty'}, not ${wanted}`);
    await page.waitForTimeout(50);
  }
}

/** Pastes a token between "Bearer " and the quotation mark that ends the line, under 请求头. */
export async function pasteToken(page, token) {
  await page.getByRole('button', { name: '请求头', exact: true }).click();
  await page.locator(`${VARIABLES} .view-line`, { hasText: 'Authorization' }).click();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.insertText(token);
}

/** Fails where the browser keeps the token anywhere. */
export async function mustForget(page, token) {
  // GraphiQL writes its tabs half a second after the last change.
  await page.waitForTimeout(1_000);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  must(!kept.includes(token.slice(4)), 'the browser keeps the token');
}
