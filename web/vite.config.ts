import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { chineseLabels } from './chinese-labels.ts';

// The Rust binary embeds `web/dist` and serves it below /playground, so every address in
// the page starts there. The API lives on the same origin; in `vite` dev mode it is proxied.
export default defineConfig({
  root: 'playground',
  base: '/playground/',
  plugins: [chineseLabels(), react()],
  server: {
    proxy: {
      '/graphql': 'http://127.0.0.1:8080',
      '/playground/examples.json': 'http://127.0.0.1:8080',
      '/readyz': 'http://127.0.0.1:8080',
      '/session': 'http://127.0.0.1:8080',
    },
  },
  worker: { format: 'es' },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // The editor alone is over 3 MB; the warning would come at every build and say nothing.
    chunkSizeWarningLimit: 5000,
    // Maps would more than double what the binary carries.
    sourcemap: false,
    rolldownOptions: {
      onLog(level, log, report) {
        // "use no memo" speaks to the React compiler, which has run before publication.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
