// The bar over the editor: which sample this is, what it answers, and the one big button.
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';

import type { Catalog } from './catalog.ts';
import { belongsTo } from './samples.ts';

export function RunBar({ catalog }: { catalog: Catalog }) {
  const { tabs, activeTabIndex, isFetching, subscription } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'isFetching', 'subscription'),
  );
  const { run, stop } = useGraphiQLActions();
  const active = tabs[activeTabIndex];
  const sample = active && catalog.examples.find((example) => belongsTo(active, example));
  const running = isFetching || subscription !== null;

  return (
    <div className="run-bar" data-answered={active?.response ? 'yes' : 'no'}>
      <div className="run-text" aria-live="polite">
        <h2>{sample?.titleZh ?? '自定义查询'}</h2>
        <p>
          {sample
            ? sample.helpZh || '按“运行查询”，结果显示在右侧。'
            : '在下方编辑区编写查询，按“运行查询”；或从左侧选一条示例。'}
        </p>
      </div>
      <button type="button" className="run-button" onClick={running ? stop : run}>
        <span aria-hidden="true">{running ? '■' : '▶'}</span>
        {running ? '停止' : '运行查询'}
        <kbd>Ctrl + Enter</kbd>
      </button>
    </div>
  );
}
