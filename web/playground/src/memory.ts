// Where open tabs and history are kept: this browser, this origin, one shelf per store, so
// that the invented city's queries never show up over the real one. Request headers are
// never kept: they may carry a token, and office machines are shared.
import type { Storage as EditorStorage } from '@graphiql/toolkit';

import { HEADERS_TO_FILL_IN } from './ask.ts';

const MAX_CHARACTERS = 1_000_000;

/**
 * What is kept of a value. `shouldPersistHeaders` covers the tabs alone: the history keeps the
 * headers of every query that was run, so they are taken out here, wherever they stand.
 */
function withoutHeaders(key: string, value: string): string {
  if (key.endsWith(':headers')) return '';
  if (!value.includes('"headers"')) return value;
  try {
    const emptied = (name: string, inner: unknown): unknown =>
      name === 'headers' && typeof inner === 'string' ? HEADERS_TO_FILL_IN : inner;
    return JSON.stringify(JSON.parse(value, emptied));
  } catch {
    // The text of an editor, not something that GraphiQL has put together.
    return value;
  }
}

export function memoryFor(store: string): EditorStorage {
  const prefix = `innograph:${store}:`;
  const own = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem(key) {
      return localStorage.getItem(prefix + key);
    },
    setItem(key, value) {
      // A refused write (full, or forbidden by policy) costs the memory, not the page.
      if (value.length > MAX_CHARACTERS) return;
      try {
        localStorage.setItem(prefix + key, withoutHeaders(key, value));
      } catch (error) {
        console.info('tabs are not remembered', error);
      }
    },
    removeItem(key) {
      localStorage.removeItem(prefix + key);
    },
    clear() {
      for (const key of own()) localStorage.removeItem(key);
    },
    get length() {
      return own().length;
    },
  };
}

/**
 * The tab one stood on at the last visit, or null at the first. GraphiQL keeps the editors'
 * texts apart from the tabs and up to half a second later; where the two differ at a reload
 * it opens one tab too many and forgets variables. So the tabs alone are believed.
 */
export function rememberedTab(memory: EditorStorage): { query: string; variables: string } | null {
  const stored = memory.getItem('graphiql:tabState');
  if (stored === null) return null;
  try {
    const state = JSON.parse(stored) as {
      activeTabIndex?: number;
      tabs?: { query?: string | null; variables?: string | null }[];
    } | null;
    const tab = state?.tabs?.[state.activeTabIndex ?? 0];
    return tab ? { query: tab.query ?? '', variables: tab.variables ?? '' } : null;
  } catch {
    // Not what GraphiQL writes: it will start afresh, and so does this page.
    return null;
  }
}
