// GraphQL over HTTP, as the audits of graphql-http ask for it: every MUST, SHOULD and MAY.
//
//   node tests/web/audit.mjs http://127.0.0.1:8080
//
// Prints every audit with what came of it; exit code 0 only where all are ok. A new version of the
// package may bring more audits: their number stands here, so that none is lost without a word.
import { auditServer } from 'graphql-http';

const AUDITS = 61;
/** An audit that is never answered is an error of its own, not a script that never ends. */
const WAIT_MS = 20_000;

const [origin] = process.argv.slice(2);
if (!origin) {
  console.error('usage: node audit.mjs ORIGIN');
  process.exit(2);
}

const fetchFn = (url, options) => fetch(url, { ...options, signal: AbortSignal.timeout(WAIT_MS) });
const results = await auditServer({ url: new URL('/graphql', origin).href, fetchFn });

/** What was answered where an audit found fault, so that nobody has to ask again. */
async function answered({ response }) {
  if (!response) return '';
  const body = response.bodyUsed ? '' : await response.text().catch(() => '');
  return ` — HTTP ${response.status} ${response.headers.get('content-type') ?? ''} ${body.slice(0, 300)}`;
}

for (const result of results) {
  const { id, name, status } = result;
  const why = status === 'ok' ? '' : `: ${result.reason}${await answered(result)}`;
  console.log(`${status.padEnd(6)} ${id}  ${name}${why}`);
}
const count = (status) => results.filter((result) => result.status === status).length;
const ok = count('ok');
console.log(`${ok} of ${AUDITS} audits ok, ${count('error')} errors, ${count('warn')} warnings, ${count('notice')} notices`);
process.exit(ok === AUDITS && results.length === AUDITS ? 0 : 1);
