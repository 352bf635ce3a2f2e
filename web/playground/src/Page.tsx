// The page: header, banner, samples on the left, GraphiQL with the run bar on the right.
import { explorerPlugin } from '@graphiql/plugin-explorer';
import type { Storage as EditorStorage } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useCallback, useState } from 'react';
import { createPortal } from 'react-dom';

import { AccountBar } from './AccountBar.tsx';
import { ask, HEADERS_TO_FILL_IN } from './ask.ts';
import type { Catalog } from './catalog.ts';
import { HelpPanel } from './HelpPanel.tsx';
import { memoryFor, rememberedTab } from './memory.ts';
import { loadNotice } from './notice.ts';
import { RunBar } from './RunBar.tsx';
import { SampleList } from './SampleList.tsx';
import { useSession } from './session.ts';

/** More tabs than this do not fit beside each other; the rest are one click away. */
const FIRST_TABS = 3;
const PLUGINS = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];
const BLANK_QUERY = `# 在这里编写查询，按“运行查询”或 Ctrl + Enter。
# 以 # 开头的行是说明，不会执行。
query Hello {
  __typename
}
`;

/**
 * What the editor starts with. `initialVariables` repeats the first tab on purpose: GraphiQL
 * drops the first tab's variables when only `defaultTabs` is given.
 */
function startingTabs(catalog: Catalog, storage: EditorStorage) {
  const remembered = rememberedTab(storage);
  if (remembered) {
    return { initialQuery: remembered.query, initialVariables: remembered.variables };
  }
  const tabs = catalog.examples
    .filter((example) => !example.writes)
    .slice(0, FIRST_TABS)
    .map(({ query, variables }) => ({ query, variables }));
  const [first] = tabs;
  if (!first) return { defaultTabs: [{ query: BLANK_QUERY }], initialQuery: BLANK_QUERY };
  return { defaultTabs: tabs, initialQuery: first.query, initialVariables: first.variables };
}

function useSetUp(catalog: Catalog) {
  const [setUp] = useState(() => {
    const storage = memoryFor(catalog.store);
    return { storage, ...startingTabs(catalog, storage) };
  });
  return setUp;
}

export function Page({ catalog }: { catalog: Catalog }) {
  const setUp = useSetUp(catalog);
  const [helping, setHelping] = useState(false);
  const session = useSession();
  const [notice, setNotice] = useState<string | null>(null);
  const lookAgain = useCallback(() => void loadNotice().then(setNotice), []);
  // The list and the bar stand outside GraphiQL's frame but need its state, which only its
  // children can read: they are rendered as children and shown in these two places.
  const [samplesPlace, setSamplesPlace] = useState<HTMLElement | null>(null);
  const [barPlace, setBarPlace] = useState<HTMLElement | null>(null);

  return (
    <div className="frame">
      <header>
        <div className="top">
          <h1>
            科创图谱 <span>查询台</span>
          </h1>
          {catalog.storeNameZh === '' ? null : (
            <p className="store">
              <span className="visually-hidden">当前数据：</span>
              {catalog.storeNameZh}
            </p>
          )}
          <AccountBar />
          <button type="button" className="top-button" onClick={() => setHelping(true)}>
            使用说明
          </button>
        </div>
        {catalog.banner === null ? null : (
          <p className="banner" role="note">
            {catalog.banner}
          </p>
        )}
        {notice === null ? null : (
          <p className="notice" role="status">
            {notice}
          </p>
        )}
        {session.notice === null ? null : (
          <p className="notice" role="status">
            {session.notice}
          </p>
        )}
      </header>
      <div className="columns">
        <div className="side" ref={setSamplesPlace} />
        <main className="work">
          <div ref={setBarPlace} />
          <GraphiQL
            fetcher={ask}
            plugins={PLUGINS}
            defaultQuery=""
            defaultHeaders={HEADERS_TO_FILL_IN}
            defaultEditorToolsVisibility="variables"
            shouldPersistHeaders={false}
            showPersistHeadersSettings={false}
            forcedTheme="light"
            {...setUp}
          >
            {/* The name stands in the page's own header; a link to the editor's home would
                be a way off the closed network that leads nowhere. */}
            <GraphiQL.Logo>
              <span />
            </GraphiQL.Logo>
            {samplesPlace ? createPortal(<SampleList catalog={catalog} />, samplesPlace) : null}
            {barPlace ? createPortal(<RunBar catalog={catalog} onIdle={lookAgain} />, barPlace) : null}
          </GraphiQL>
        </main>
      </div>
      <HelpPanel open={helping} onClose={() => setHelping(false)} />
    </div>
  );
}
