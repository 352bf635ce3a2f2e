// Opening a sample in the editor, and finding the sample that a tab came from.
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';

import type { Example } from './catalog.ts';

/** The part of GraphiQL's tab that is read here. */
interface TabText {
  query: string | null;
  variables?: string | null;
}

const same = (left: string | null | undefined, right: string): boolean =>
  (left ?? '').trim() === right.trim();

/** The operation's name; a query without one is only known by its whole text. */
export function operationName(query: string): string | null {
  return /^(?!\s*#).*\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/m.exec(query)?.[1] ?? null;
}

/** Does this document hold a mutation? Comments do not count. */
export function writes(query: string | null | undefined): boolean {
  return /^[ \t]*mutation\b/m.test(query ?? '');
}

/** Still true after the reader has edited the query, as long as its name stands. */
export function belongsTo(tab: TabText, example: Example): boolean {
  const name = operationName(example.query);
  return name ? operationName(tab.query ?? '') === name : same(tab.query, example.query);
}

/**
 * Returns a function that opens a sample: in the tab that shows it unchanged, else in the
 * empty tab one stands on, else in a new one. What the reader has edited is never replaced.
 * A mutation takes the headers of the tab one stands on along.
 */
export function useOpenSample(): (example: Example) => void {
  const { tabs, activeTabIndex, queryEditor, variableEditor, headerEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'queryEditor', 'variableEditor', 'headerEditor'),
  );
  const { addTab, changeTab, updateActiveTabValues } = useGraphiQLActions();

  return (example) => {
    const open = tabs.findIndex(
      (tab) => same(tab.query, example.query) && same(tab.variables, example.variables),
    );
    if (open >= 0) {
      if (open !== activeTabIndex) changeTab(open);
      return;
    }
    // Staff who try one mutation after another paste their token once, not once a tab.
    const headers = example.writes ? (tabs[activeTabIndex]?.headers ?? null) : null;
    const blank = same(tabs[activeTabIndex]?.query, '');
    if (!blank) addTab();
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(example.variables);
    if (headers !== null) headerEditor?.setValue(headers);
    // The editors report what they hold only after a pause; a second click within it would
    // find an empty tab and lose this one.
    updateActiveTabValues({
      query: example.query,
      variables: example.variables,
      operationName: operationName(example.query),
      response: null,
      ...(headers === null ? {} : { headers }),
    });
  };
}
