// The worked queries down the left side: the first thing to press for who has never
// written GraphQL.
import { pick, useGraphiQL } from '@graphiql/react';

import type { Catalog } from './catalog.ts';
import { belongsTo, useOpenSample } from './samples.ts';

export function SampleList({ catalog }: { catalog: Catalog }) {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  const openSample = useOpenSample();
  const active = tabs[activeTabIndex];

  return (
    <nav className="samples" aria-labelledby="samples-title">
      <h2 id="samples-title">示例查询</h2>
      <p className="samples-hint">点一条打开，再按“运行查询”。</p>
      {catalog.failure === null ? null : (
        <p className="samples-failure" role="status">
          {catalog.failure}。仍可自己编写查询。
        </p>
      )}
      <ol>
        {catalog.examples.map((example) => (
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
    </nav>
  );
}
