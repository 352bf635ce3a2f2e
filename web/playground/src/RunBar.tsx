// The bar over the editor: which sample this is, what it answers, and the one big button.
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useState } from 'react';

import type { Catalog } from './catalog.ts';
import { ExportMenu } from './ExportMenu.tsx';
import { belongsTo, writes } from './samples.ts';
import { useSession } from './session.ts';

interface RunBarProps {
  catalog: Catalog;
  /** Called when the page stands and after every answer. */
  onIdle: () => void;
}

export function RunBar({ catalog, onIdle }: RunBarProps) {
  const { tabs, activeTabIndex, isFetching, subscription } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'isFetching', 'subscription'),
  );
  const { member } = useSession();
  const { run, stop } = useGraphiQLActions();
  const active = tabs[activeTabIndex];
  const sample = active && catalog.examples.find((example) => belongsTo(active, example));
  const running = isFetching || subscription !== null;
  const writing = writes(active?.query);
  const verb = writing ? '运行写入' : '运行查询';
  const [said, setSaid] = useState<{ query: string | null; text: string } | null>(null);
  const ofFile = said !== null && said.query === (active?.query ?? null) ? said.text : null;

  useEffect(() => {
    if (!running) onIdle();
  }, [running, onIdle]);

  return (
    <div className={writing ? 'run-bar writing' : 'run-bar'} data-answered={active?.response ? 'yes' : 'no'}>
      <div className="run-text" aria-live="polite">
        <h2>{sample?.titleZh ?? (writing ? '自定义写入' : '自定义查询')}</h2>
        <p>
          {ofFile ??
            (sample
              ? sample.helpZh || `按“${verb}”，结果显示在右侧。`
              : '在下方编辑区编写查询，按“运行查询”；或从左侧选一条示例。')}
        </p>
        {writing ? (
          <p className="run-warning">
            这一条会写入“{catalog.storeNameZh || catalog.store}”，写下的会一直留在账本里。
            {member === null || member.mustChange
              ? '要先登录，或点下方“请求头”填令牌。'
              : `署名：${member.name}；“请求头”里填了令牌的，署令牌的名。`}
          </p>
        ) : null}
      </div>
      {writing ? null : (
        <ExportMenu
          query={active?.query}
          answered={!running && Boolean(active?.response)}
          onSaid={(text) => setSaid({ query: active?.query ?? null, text })}
        />
      )}
      <button type="button" className="run-button" onClick={running ? stop : run}>
        <span aria-hidden="true">{running ? '■' : '▶'}</span>
        {running ? '停止' : verb}
        <kbd>Ctrl + Enter</kbd>
      </button>
    </div>
  );
}
