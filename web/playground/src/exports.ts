// Hands the answer of a query out as a file. What goes to the service is what was run last: the same
// document, variables and headers, so that the file holds what the page shows (and the pages after it).
import { identity, noteRefusal, refusalOf } from './session.ts';

const ADDRESS = '/export';
/** Queries whose run is remembered; tabs are few. */
const MOST_RUNS = 20;

/** How a query was sent. */
export interface Run {
  body: string;
  headers: Record<string, string>;
}

const runs = new Map<string, Run>();

export function rememberRun(query: string, run: Run): void {
  runs.delete(query);
  runs.set(query, run);
  const [oldest] = runs.keys();
  if (runs.size > MOST_RUNS && oldest !== undefined) runs.delete(oldest);
}

export const runOf = (query: string | null | undefined): Run | undefined => runs.get(query ?? '');

/** The formats of the service, tables first. A network of nodes and ties fits the others. */
export const FORMATS = [
  { name: 'xlsx', label: 'Excel（.xlsx）' },
  { name: 'csv', label: 'CSV 表格（.csv）' },
  { name: 'gexf', label: '网络：Gephi（.gexf）' },
  { name: 'graphml', label: '网络：GraphML（.graphml）' },
  { name: 'cytoscape', label: '网络：Cytoscape（.cyjs）' },
  { name: 'jsonld', label: '网络：JSON-LD（.jsonld）' },
  { name: 'edges', label: '网络：连边表（.tsv）' },
] as const;

interface Manifest {
  truncated?: boolean;
  counts?: { rows?: number; nodes?: number; ties?: number };
}

function manifestOf(answer: Response): Manifest {
  try {
    const bytes = Uint8Array.from(atob(answer.headers.get('x-innograph-manifest') ?? ''), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
  } catch {
    // Without it the file is as good; only how much is in it is not said.
    return {};
  }
}

function nameOf(answer: Response, format: string): string {
  const coded = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
  return coded ? decodeURIComponent(coded) : `export.${format}`;
}

function told({ truncated, counts }: Manifest, name: string): string {
  const rows = counts?.rows ?? null;
  const size = rows === null ? `${counts?.nodes ?? 0} 个对象、${counts?.ties ?? 0} 条关系` : `${rows} 行`;
  return `已下载“${name}”：${size}${truncated ? '。没有全部导出（到了上限），请缩小范围' : ''}。`;
}

function save(bytes: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  // The browser has taken the bytes over by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}

/** Fetches the file and saves it; answers what to say. */
export async function download(run: Run, format: string): Promise<string> {
  const who = identity(Object.keys(run.headers).some((name) => name.toLowerCase() === 'authorization'));
  let answer: Response;
  try {
    answer = await fetch(`${ADDRESS}?format=${format}`, {
      method: 'POST',
      credentials: who.credentials,
      headers: { 'content-type': 'application/json', ...who.headers, ...run.headers },
      body: run.body,
    });
  } catch {
    return '连接不上服务，没有下载。请确认科创图谱正在运行。';
  }
  if (answer.ok) {
    const name = nameOf(answer, format);
    save(await answer.blob(), name);
    return told(manifestOf(answer), name);
  }
  const refused = refusalOf(await answer.json().catch(() => null));
  if (who.credentials !== 'omit') noteRefusal(answer.status, refused.code);
  return `没有下载。${refused.zh ?? `服务答复 HTTP ${answer.status}。`}`;
}
