// Sends one request to the service and returns what it says. A fetcher of our own and not
// `createGraphiQLFetcher`: the page speaks plain JSON over POST to its own origin only, and
// an answer that is not GraphQL (a proxy's page, a stopped service) must read as a sentence.
// A token typed under 请求头 and a log-in never go together: the token counts.
import type { Fetcher, FetcherParams, FetcherOpts } from '@graphiql/toolkit';
import { GraphQLError, Kind, parse, type ExecutionResult } from 'graphql';

import { rememberRun } from './exports.ts';
import { identity, noteRefusal, refusalOf } from './session.ts';

export const ENDPOINT = '/graphql';

/** What the headers editor starts with: nothing is sent until a token stands after "Bearer". */
export const HEADERS_TO_FILL_IN = `// 只查公开数据，或已经登录，都不用填。不登录而要写入或看内部数据：把令牌（igt_ 开头）粘贴到 Bearer 后面。
// 填了令牌就以令牌为准。令牌只用于这一页，不保存；刷新后要重新粘贴。
{
  "Authorization": "Bearer "
}
`;

/** The headers as typed, without an Authorization that was left as it stood. */
function filledIn(headers: FetcherOpts['headers']): Record<string, string> {
  const typed = Object.entries((headers ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    typed
      .map(([name, value]) => [name, String(value).trim()] as const)
      .filter(([name, value]) => !(name.toLowerCase() === 'authorization' && /^(bearer)?$/i.test(value))),
  );
}

function refusal(message: string): ExecutionResult {
  return { errors: [new GraphQLError(message)] };
}

function isAnswer(value: unknown): value is ExecutionResult {
  return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
}

/** What went wrong stands at the top of the answer, not below what it cost. */
function failuresFirst(answer: ExecutionResult): ExecutionResult {
  const { errors, ...rest } = answer;
  return errors ? { errors, ...rest } : answer;
}

/**
 * GraphiQL learns a tab's operation name only after a pause in typing; pressing "run" right
 * after opening a sample would send the name of the tab before. When the document holds one
 * operation its own name is the only right one.
 */
function withOwnName(parameters: FetcherParams): FetcherParams {
  try {
    const operations = parse(parameters.query, { noLocation: true }).definitions.filter(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION,
    );
    const [only] = operations;
    if (!only || operations.length > 1) return parameters;
    return { ...parameters, operationName: only.name?.value ?? null };
  } catch {
    // Not GraphQL: the service says where it goes wrong.
    return parameters;
  }
}

async function post(parameters: FetcherParams, options?: FetcherOpts): Promise<ExecutionResult> {
  const typed = filledIn(options?.headers);
  const who = identity(Object.keys(typed).some((name) => name.toLowerCase() === 'authorization'));
  const body = JSON.stringify(withOwnName(parameters));
  rememberRun(parameters.query, { body, headers: typed });
  let answer: Response;
  try {
    answer = await fetch(ENDPOINT, {
      method: 'POST',
      credentials: who.credentials,
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...who.headers,
        ...typed,
      },
      body,
    });
  } catch (error) {
    // A header with characters that no header may have is refused by the browser itself.
    if (error instanceof TypeError && /header|ByteString|ISO-8859-1/i.test(error.message)) {
      return refusal('请求头里有不能发送的字符：令牌只有 igt_ 和 64 位数字或字母，请重新粘贴。');
    }
    return refusal('连接不上服务：请确认科创图谱正在运行，然后再按“运行查询”。');
  }
  try {
    const body: unknown = await answer.json();
    if (who.credentials !== 'omit' && !answer.ok) noteRefusal(answer.status, refusalOf(body).code);
    if (isAnswer(body)) return failuresFirst(body);
  } catch {
    // Not JSON: said below, with the status, which is all that is known.
  }
  return refusal(`服务没有返回 GraphQL 结果（HTTP ${answer.status} ${answer.statusText}）。`);
}

export const ask: Fetcher = (parameters, options) => post(parameters, options);
