// Who the reader is to the service: the public, or somebody who has logged in. The browser holds the
// cookie, which no script can read; this page holds the key that goes with it, in memory alone.
import { useSyncExternalStore } from 'react';

/** Somebody who has logged in, as the service tells it. */
export interface Member {
  name: string;
  roleZh: string;
  /** The region they work for, in words; null where their role has none. */
  regionZh: string | null;
  /** They hold a first password, which opens nothing but the choice of another. */
  mustChange: boolean;
  passwordCharacters: number;
}

export interface Session {
  /** Null is the public. */
  member: Member | null;
  /** What has become of the log-in, in Chinese, or null where there is nothing to say. */
  notice: string | null;
}

type Fields = Record<string, unknown>;

const ADDRESS = '/session';
const ENDPOINT = '/graphql';
const WAIT_MS = 30_000;
const PUBLIC: Session = { member: null, notice: null };
const ENDED = '登录已结束，这一页现在按公众身份查询。要看内部数据或写入，请重新登录。';
const CHANGED = '这个浏览器里的登录已变更（在别的页面登录或退出过），这一页现在按公众身份查询。请重新登录，或刷新这一页。';

let session = PUBLIC;
let pageKey: string | null = null;
/** The browser holds a cookie that this page has no key to: it is not to be sent. */
let estranged = false;
const readers = new Set<() => void>();
/** The pages of one browser share one cookie: each tells the others when it has changed. */
const pages = new BroadcastChannel('innograph:session');

function become(next: Session): void {
  session = next;
  for (const read of readers) read();
}

function beThePublic(notice: string | null): void {
  pageKey = null;
  become({ member: null, notice });
}

export function useSession(): Session {
  return useSyncExternalStore(
    (read) => {
      readers.add(read);
      return () => readers.delete(read);
    },
    () => session,
  );
}

/**
 * How a query says who asks. A token is enough: with the cookie beside it nobody could say who it is.
 * Nor does the cookie go along where it opens nothing: beside a first password, or without its key.
 */
export function identity(holdsToken: boolean): { credentials: RequestCredentials; headers: Record<string, string> } {
  if (holdsToken || estranged || session.member?.mustChange) return { credentials: 'omit', headers: {} };
  return { credentials: 'same-origin', headers: pageKey === null ? {} : { 'x-csrf-token': pageKey } };
}

/** What the service said to a query that was sent with the cookie: is this still a log-in? */
export function noteRefusal(status: number, code: unknown): void {
  if (status === 401 && code === 'SESSION_ENDED') {
    beThePublic(ENDED);
    pages.postMessage('changed');
  } else if (status === 403 && code === 'CSRF') {
    estranged = true;
    beThePublic(CHANGED);
  } else if (status === 403 && code === 'PASSWORD_CHANGE_REQUIRED') {
    void lookAgain();
  }
}

/** The code and the Chinese sentence of a refusal. */
export function refusalOf(body: unknown): { code: unknown; zh: string | null } {
  const errors = isFields(body) && Array.isArray(body['errors']) ? (body['errors'] as unknown[]) : [];
  const [first] = errors;
  const extensions = isFields(first) && isFields(first['extensions']) ? first['extensions'] : {};
  return { code: extensions['code'], zh: typeof extensions['zh'] === 'string' ? extensions['zh'] : null };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function send(method: string, address: string, body?: Fields): Promise<Response> {
  return fetch(address, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(pageKey === null ? {} : { 'x-csrf-token': pageKey }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(WAIT_MS),
  });
}

async function bodyOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    // Not JSON, such as the page of a proxy: the status is all that is known.
    return null;
  }
}

/** The region's name; one that the store does not know gives rights to nothing, and that is said. */
async function regionInWords(code: string): Promise<string> {
  try {
    const body = await bodyOf(await send('POST', ENDPOINT, { query: '{ viewer { region { nameZh } } }' }));
    const data = isFields(body) && isFields(body['data']) ? body['data'] : {};
    const viewer = data['viewer'];
    if (!isFields(viewer)) return `地区 ${code}`;
    const region = viewer['region'];
    if (isFields(region) && typeof region['nameZh'] === 'string') return region['nameZh'];
    return `地区 ${code} 不在库中，只能看公开数据`;
  } catch {
    return `地区 ${code}`;
  }
}

/** Take in what the service told of somebody who is logged in. */
async function welcome(told: Fields): Promise<void> {
  const text = (name: string): string => (typeof told[name] === 'string' ? told[name] : '');
  const mustChange = told['mustChange'] === true;
  const code = text('region');
  pageKey = text('csrfToken');
  estranged = false;
  const regionZh = code === '' ? null : mustChange ? `地区 ${code}` : await regionInWords(code);
  const characters = told['passwordCharacters'];
  become({
    member: {
      name: text('name'),
      roleZh: text('roleZh'),
      regionZh,
      mustChange,
      passwordCharacters: typeof characters === 'number' ? characters : 10,
    },
    notice: null,
  });
}

/** Learn who the reader is. Without an answer they are the public, as they would be to any query. */
export async function loadSession(): Promise<void> {
  try {
    const answer = await send('GET', ADDRESS);
    const body = await bodyOf(answer);
    if (answer.ok && isFields(body) && body['loggedIn'] === true) await welcome(body);
    else if (refusalOf(body).code === 'SESSION_ENDED') beThePublic(ENDED);
    else {
      estranged = false;
      beThePublic(null);
    }
  } catch {
    beThePublic(null);
  }
}

/** Sends what was typed. The sentence to show, or null once the reader is in. */
async function enter(address: string, typed: Fields): Promise<string | null> {
  try {
    const answer = await send('POST', address, typed);
    const body = await bodyOf(answer);
    if (answer.ok && isFields(body)) {
      await welcome(body);
      pages.postMessage('changed');
      return null;
    }
    const { code, zh } = refusalOf(body);
    if (address !== ADDRESS) noteRefusal(answer.status, code);
    return zh ?? `服务没有回答登录（HTTP ${answer.status}）。请稍后再试，或请管理员处理。`;
  } catch {
    return '连接不上服务：请确认科创图谱正在运行，然后再试。';
  }
}

export function logIn(name: string, password: string): Promise<string | null> {
  return enter(ADDRESS, { name, password });
}

export function choosePassword(password: string, newPassword: string): Promise<string | null> {
  return enter(`${ADDRESS}/password`, { password, newPassword });
}

/**
 * The sentence to show where it could not be done. Where it was, the page is opened afresh: answers and
 * tokens that stand on it are not for whoever sits down here next.
 */
export async function logOut(): Promise<string | null> {
  try {
    const answer = await send('DELETE', ADDRESS);
    const { code, zh } = refusalOf(answer.ok ? null : await bodyOf(answer));
    if (!answer.ok && code !== 'SESSION_ENDED') {
      noteRefusal(answer.status, code);
      return zh ?? `没有退出（HTTP ${answer.status}）。请再试一次，或关闭浏览器。`;
    }
  } catch {
    return '连接不上服务，没有退出。请再试一次，或关闭浏览器。';
  }
  pages.postMessage('changed');
  location.reload();
  return null;
}

async function lookAgain(): Promise<void> {
  const before = session.member;
  await loadSession();
  if (before !== null && session.member === null) location.reload();
}

pages.addEventListener('message', () => void lookAgain());
