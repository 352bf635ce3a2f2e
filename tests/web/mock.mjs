// A stand-in for `innograph serve`, to look at the page without building Rust:
//
//   node tests/web/mock.mjs [PORT]        (8090 when not given)
//
// It hands out web/dist under the headers that the real server uses, an examples.json,
// and a GraphQL answer from invented rows. It proves nothing about the real service.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildSchema, graphql } from 'graphql';

const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url));
const MAX_BODY_BYTES = 1_000_000;

export const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
].join('; ');

const MEDIA = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
};

const schema = buildSchema(`
  "从根上能问什么"
  type Query {
    "企业清单"
    enterprises(first: Int = 20, asOf: String): EnterpriseConnection!
    "查一家企业"
    enterprise(by: OrganizationBy!, asOf: String): Enterprise
  }
  input OrganizationBy { id: ID creditCode: String name: String code: String }
  type EnterpriseConnection { totalCount: Int! nodes: [Enterprise!]! }
  "企业"
  type Enterprise { id: ID! nameZh: String! nameEn: String sources: [Source!]! }
  "一条事实的出处"
  type Source { url: String! publisher: String! date: String grade: String! }
`);

const rows = ['示例生物股份有限公司', '示例电池材料有限公司', '示例振动设备股份有限公司'].map((nameZh, index) => ({
  id: `ent_${index + 1}`,
  nameZh,
  nameEn: null,
  sources: [{ url: 'https://example.invalid/1', publisher: '示例公报', date: '2025-05-14', grade: 'A' }],
}));

const resolvers = {
  enterprises: ({ first }) => ({ totalCount: rows.length, nodes: rows.slice(0, first) }),
  enterprise: ({ by }) => rows.find((row) => row.id === by.id || row.nameZh.includes(by.name ?? '\0')),
};

const LIST = `# 新乡市有哪些企业
# List enterprises
query Enterprises($first: Int) {
  enterprises(first: $first) {
    totalCount
    nodes { id nameZh }
  }
}
`;
const ONE = `# 一家企业和它的出处
query EnterpriseByName($name: String!) {
  enterprise(by: { name: $name }) {
    nameZh
    sources { publisher date url grade }
  }
}
`;
const PLAIN = (number) => `query Sample${number} {
  enterprises(first: 2) {
    nodes { nameZh }
  }
}
`;

const TITLES = [
  '某产业链上下游都有谁',
  '一家企业三年里的合作变化',
  '哪些高校与本市企业合作最多',
  '创新联盟的成员与牵头单位',
  '找适合一项技术需求的合作方',
  '两家单位之间怎样相连',
  '各县区的高新技术企业数',
  '哪些称号今年到期',
  '今年的目标完成了多少',
];

const catalog = {
  store: 'demo',
  storeNameZh: '示例市（虚构）',
  banner: '示例数据：这里的单位与数字都是虚构的，不可引用。',
  examples: [
    { file: '01-enterprises.graphql', titleZh: '全市有哪些企业', titleEn: 'List enterprises', helpZh: '列出企业名称与编号；改变量 first 可多取几条。', query: LIST, variables: { first: 3 } },
    { file: '02-enterprise.graphql', titleZh: '查一家企业和它的出处', titleEn: 'One enterprise', helpZh: '用名称找到一家企业，看每条事实从哪里来。把变量 name 换成你要查的企业。', query: ONE, variables: { name: '示例生物' } },
    ...TITLES.map((titleZh, index) => ({
      file: `${String(index + 3).padStart(2, '0')}.graphql`,
      titleZh,
      titleEn: `Sample ${index + 3}`,
      helpZh: '',
      query: PLAIN(index + 3),
      variables: null,
    })),
  ],
};

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new Error('request body too large');
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

async function answer(request, response) {
  const path = new URL(request.url, 'http://localhost').pathname;
  const send = (status, media, body) => {
    response.writeHead(status, { 'content-type': media, 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' });
    response.end(body);
  };
  const sendJson = (value) => send(200, 'application/json; charset=utf-8', JSON.stringify(value));

  if (path === '/graphql' && request.method === 'POST') {
    const { query, variables, operationName } = await bodyOf(request);
    return sendJson(await graphql({ schema, source: query, rootValue: resolvers, variableValues: variables, operationName }));
  }
  if (path === '/readyz') return send(200, 'text/plain', 'ready');
  if (path === '/session') return sendJson({ loggedIn: false });
  if (path === '/playground/examples.json') return sendJson(catalog);
  if (path === '/playground' || path === '/playground/') {
    return send(200, MEDIA['.html'], await readFile(join(DIST, 'index.html')));
  }
  if (path.startsWith('/playground/assets/')) {
    const file = normalize(join(DIST, path.slice('/playground/'.length)));
    if (!file.startsWith(DIST)) return send(404, 'text/plain', 'not found');
    return send(200, MEDIA[extname(file)] ?? 'application/octet-stream', await readFile(file));
  }
  return send(404, 'text/plain', 'not found');
}

const port = Number(process.argv[2] ?? 8090);
const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    response.writeHead(error.code === 'ENOENT' ? 404 : 500, { 'content-type': 'text/plain' });
    response.end(String(error.message));
  });
});
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/playground`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
