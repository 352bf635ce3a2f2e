// 下载: the answer that is shown, as a file. There is nothing to hand out before a query was run.
import { useState } from 'react';

import { download, FORMATS, runOf } from './exports.ts';

interface ExportMenuProps {
  /** The document of the tab in front. */
  query: string | null | undefined;
  answered: boolean;
  /** What came of it, for the line that says what the query is. */
  onSaid: (text: string) => void;
}

export function ExportMenu({ query, answered, onSaid }: ExportMenuProps) {
  const [busy, setBusy] = useState(false);
  const run = answered ? runOf(query) : undefined;

  async function fetchFile(format: string) {
    if (!run) return;
    setBusy(true);
    onSaid('正在导出…');
    onSaid(await download(run, format));
    setBusy(false);
  }

  return (
    <select
      className="export-menu"
      aria-label="把结果下载成文件"
      title={run ? '把这次查询的全部结果（不只这一页）下载成文件' : '先运行查询，再下载'}
      disabled={!run || busy}
      value=""
      onChange={(event) => void fetchFile(event.target.value)}
    >
      <option value="">下载结果…</option>
      {FORMATS.map(({ name, label }) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </select>
  );
}
