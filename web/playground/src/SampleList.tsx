// The worked queries down the left side: the first thing to press for who has never
// written GraphQL. Worked mutations stand apart, below them and in another colour; the server
// offers them on the invented store alone.
import { pick, useGraphiQL } from '@graphiql/react';

import type { Catalog, Example } from './catalog.ts';
import { belongsTo, useOpenSample } from './samples.ts';

function Samples({ examples }: { examples: Example[] }) {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  const openSample = useOpenSample();
  const active = tabs[activeTabIndex];

  return (
    <ol>
      {examples.map((example) => (
        <li key={example.file}>
          <button
            type="button"
            aria-current={active && belongsTo(active, example) ? 'true' : undefined}
            title={example.helpZh || undefined}
            onClick={() => openSample(example)}
          >
            {example.titleZh}
          </button>
        </li>
      ))}
    </ol>
  );
}

export function SampleList({ catalog }: { catalog: Catalog }) {
  const queries = catalog.examples.filter((example) => !example.writes);
  const mutations = catalog.examples.filter((example) => example.writes);

  return (
    <>
      <nav className="samples" aria-labelledby="samples-title">
        <h2 id="samples-title">示例查询</h2>
        <p className="samples-hint">
          点一条打开，再按“运行查询”。
          {mutations.length === 0 ? null : <a href="#writing-title">录入的示例在下方</a>}
        </p>
        {catalog.failure === null ? null : (
          <p className="samples-failure" role="status">
            {catalog.failure}。仍可自己编写查询。
          </p>
        )}
        <Samples examples={queries} />
      </nav>
      {mutations.length === 0 ? null : (
        <nav className="samples writing" aria-labelledby="writing-title">
          <h2 id="writing-title">示例写入（练习）</h2>
          <p className="samples-hint">
            会改动数据，要先登录，或在“请求头”里填令牌。内容是虚构的，只在这个示例库里练习。按次序做。
          </p>
          <Samples examples={mutations} />
        </nav>
      )}
    </>
  );
}
