import './workers.ts';
import './editors.ts';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { loadCatalog } from './catalog.ts';
import { Page } from './Page.tsx';
import { loadSession } from './session.ts';

const place = document.getElementById('page');
if (!place) throw new Error('index.html has no element with id "page"');

// The samples come first: GraphiQL takes its first tabs once, when it is made. So does who is logged in:
// it asks for the fields at once, and a cookie without its key would be refused.
const [catalog] = await Promise.all([loadCatalog(), loadSession()]);
createRoot(place).render(
  <StrictMode>
    <Page catalog={catalog} />
  </StrictMode>,
);
