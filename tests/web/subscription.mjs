// Subscribes to changes with graphql-ws, as a front end does: through a change, an end, and a
// server that is killed and comes back on the same port. Starts the server itself, on a data
// directory that nobody else has open.
//
//   TOKEN=igt_… node --experimental-websocket tests/web/subscription.mjs PROGRAM DATA STORE_NAME
//
// Node 22 has WebSocket without being asked. TOKEN is that of somebody who may write.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { createClient } from 'graphql-ws';

import { checklist, must } from './checks.mjs';

const WAIT_MS = 30_000;
/** Keys that the store does not have yet, also when this runs again on it. */
const key = (number) => `subscription-test-${Date.now()}-${number}`;
const CHANGED = `subscription Changed($after: String) {
  changed(after: $after, filter: { kinds: [SOURCE] }) { sequence refetch changes { sequence id typeName action } }
}`;

const [program, data, storeName] = process.argv.slice(2);
if (!storeName || !process.env.TOKEN) {
  console.error('usage: TOKEN=igt_… node --experimental-websocket subscription.mjs PROGRAM DATA STORE_NAME');
  process.exit(2);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const port = await freePort();
const address = `127.0.0.1:${port}`;
let server;

async function startServer() {
  server = spawn(program, ['serve', '--data', data, '--store-name', storeName, '--listen', address], { stdio: 'ignore' });
  const end = Date.now() + WAIT_MS;
  while (!(await fetch(`http://${address}/livez`).then((answer) => answer.ok, () => false))) {
    must(server.exitCode === null, `the server ended with ${server.exitCode}`);
    must(Date.now() < end, 'the server does not answer');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function endServer(signal) {
  const ended = once(server, 'exit');
  server.kill(signal);
  const [code] = await ended;
  return code;
}

async function ask(query) {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${process.env.TOKEN}` };
  const answer = await fetch(`http://${address}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return answer.json();
}

/** Enters a source over GraphQL. */
async function save(key) {
  const answer = await ask(`mutation {
    saveSource(input: { key: "${key}", kind: OTHER, issuer: "示例", title: "示例", address: "https://example.invalid/", grade: C }) { __typename }
  }`);
  must(answer.data?.saveSource?.__typename === 'Written', `saveSource: ${JSON.stringify(answer).slice(0, 300)}`);
}

/** Enters a source while the server is down. */
async function importSource(key) {
  const folder = await mkdtemp(join(tmpdir(), 'innograph-'));
  const head = 'key,kind,issuer,title,docNo,date,address,page,grade,note';
  await writeFile(join(folder, 'sources.csv'), `${head}\n${key},OTHER,示例,示例,,,https://example.invalid/,,C,\n`);
  try {
    await promisify(execFile)(program, ['import', '--data', data, '--store-name', storeName, folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A subscription that goes on after the number told last, also on a new connection. */
function follow(client, after) {
  const told = [];
  const waiting = new Set();
  const variables = { after };
  let completed = false;
  const wake = () => waiting.forEach((look) => look());
  const dispose = client.subscribe({ query: CHANGED, variables }, {
    next({ data: answer, errors }) {
      must(answer, `errors: ${JSON.stringify(errors)}`);
      // graphql-ws sends these again when it connects again.
      variables.after = String(answer.changed.sequence);
      told.push(...answer.changed.changes);
      wake();
    },
    error: (error) => {
      told.push({ error });
      wake();
    },
    complete: () => {
      completed = true;
      wake();
    },
  });
  const until = (reached, what) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${what}: ${JSON.stringify(told)}`)), WAIT_MS);
    const look = () => {
      if (!reached()) return;
      clearTimeout(late);
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
  return {
    told,
    dispose,
    count: (count) => until(() => told.length >= count, `fewer than ${count} changes were told`),
    ended: () => until(() => completed, 'the subscription does not end'),
  };
}

const list = checklist();
const { check } = list;
let client;
try {
  await startServer();
  const { extensions } = await ask('{ __typename }');
  let connections = 0;
  client = createClient({
    url: `ws://${address}/graphql`,
    retryAttempts: 200,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
    shouldRetry: () => true,
    on: { connected: () => { connections += 1; } },
  });
  const first = follow(client, String(extensions.sequence));
  const second = follow(client, String(extensions.sequence));
  await check('a query is answered over the socket', async () => {
    const answers = client.iterate({ query: '{ service { storeName } }' });
    const { value } = await answers.next();
    must(value.data.service.storeName === storeName, JSON.stringify(value));
  });
  await check('a change is told to both subscriptions', async () => {
    await save(key(1));
    await Promise.all([first.count(1), second.count(1)]);
    must(JSON.stringify(first.told) === JSON.stringify(second.told), 'they were told different things');
    must(first.told[0].action === 'CREATED' && first.told[0].typeName === 'Source', JSON.stringify(first.told));
  });
  await check('a subscription ends when it is told to', async () => {
    second.dispose();
    await second.ended();
  });
  const before = first.told.length;
  await check('a killed server is found again, and nothing is missed', async () => {
    must(connections === 1, `${connections} connections`);
    await endServer('SIGKILL');
    await importSource(key(2));
    await startServer();
    await first.count(before + 1);
    must(connections === 2, `${connections} connections`);
  });
  await check('it goes on after that, and tells nothing twice', async () => {
    await save(key(3));
    await first.count(before + 2);
    const ids = first.told.map(({ id }) => id);
    must(new Set(ids).size === ids.length && ids.length === before + 2, JSON.stringify(first.told));
  });
  await check('an ended subscription is told nothing', async () => must(second.told.length === before, JSON.stringify(second.told)));
  await check('the server stops cleanly under an open socket', async () => {
    const code = await endServer('SIGTERM');
    must(code === 0, `it ended with ${code}`);
  });
} finally {
  client?.terminate();
  server?.kill('SIGKILL');
}
process.exit(list.finish());
