// Three workers check and complete what is typed. They are named here and not taken from
// `graphiql/setup-workers/*`, whose files break in Vite's dev mode and log at every start.
// `?worker` makes each a file of our own origin, so that `worker-src 'self'` is enough.
import type { Environment } from 'monaco-editor';
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

const environment: Environment = {
  getWorker(_id, label) {
    switch (label) {
      case 'json':
        return new JsonWorker();
      case 'graphql':
        return new GraphQLWorker();
      default:
        return new EditorWorker();
    }
  },
};

// The editor looks for this name among the globals.
Object.assign(globalThis, { MonacoEnvironment: environment });
