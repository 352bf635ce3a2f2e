// What the server says about itself and its worked queries. The page must work without:
// an older server, or a reader who may not see it, leaves an empty list and one sentence.

export interface Example {
  file: string;
  titleZh: string;
  helpZh: string;
  query: string;
  /** Indented JSON, or '' when the query takes no variables. */
  variables: string;
  /** A mutation: it changes the store, so one has to log in or hold a token. */
  writes: boolean;
}

export interface Catalog {
  store: string;
  storeNameZh: string;
  banner: string | null;
  examples: Example[];
  /** Why there are no examples, in Chinese, or null. */
  failure: string | null;
}

const ADDRESS = '/playground/examples.json';
const WAIT_MS = 5_000;
const MAX_EXAMPLES = 200;

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}

function parseExample(value: unknown): Example[] {
  if (!isFields(value) || typeof value['query'] !== 'string') return [];
  const file = textOr(value['file'], '示例');
  const variables = value['variables'];
  return [
    {
      file,
      titleZh: textOr(value['titleZh'], textOr(value['titleEn'], file)),
      helpZh: textOr(value['helpZh'], ''),
      query: value['query'],
      variables: isFields(variables) ? JSON.stringify(variables, null, 2) : '',
      writes: value['writes'] === true,
    },
  ];
}

function empty(failure: string): Catalog {
  return { store: 'unknown', storeNameZh: '', banner: null, examples: [], failure };
}

export function parseCatalog(value: unknown): Catalog {
  if (!isFields(value)) return empty('示例清单的格式不对');
  const listed = Array.isArray(value['examples']) ? value['examples'].slice(0, MAX_EXAMPLES) : [];
  const examples = listed.flatMap(parseExample);
  return {
    store: textOr(value['store'], 'unknown'),
    storeNameZh: textOr(value['storeNameZh'], textOr(value['store'], '')),
    banner: typeof value['banner'] === 'string' && value['banner'] !== '' ? value['banner'] : null,
    examples,
    failure: examples.length === 0 ? '服务器没有提供示例' : null,
  };
}

export async function loadCatalog(): Promise<Catalog> {
  try {
    const answer = await fetch(ADDRESS, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(WAIT_MS),
    });
    if (!answer.ok) return empty(`示例未能载入（HTTP ${answer.status}）`);
    return parseCatalog(await answer.json());
  } catch {
    return empty('示例未能载入，请确认服务正在运行');
  }
}
