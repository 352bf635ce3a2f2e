import './workers.ts';
import './editors.ts';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { loadCatalog } from './catalog.ts';
import { Page } from './Page.tsx';

const place = document.getElementById('page');
if (!place) throw new Error('index.html has no element with id "page"');

// The samples come first: GraphiQL takes its first tabs once, when it is made.
const catalog = await loadCatalog();
createRoot(place).render(
  <StrictMode>
    <Page catalog={catalog} />
  </StrictMode>,
);
