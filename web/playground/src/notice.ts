// What the service says of itself when not everything can be done, such as that nothing can be
// written just now. The words are the server's: they are the same on its start page.

const ADDRESS = '/readyz';
const WAIT_MS = 5_000;

/** The sentence in Chinese, or null where there is nothing to say. */
export async function loadNotice(): Promise<string | null> {
  try {
    const answer = await fetch(ADDRESS, { signal: AbortSignal.timeout(WAIT_MS) });
    const body = (await answer.json()) as { notice?: { zh?: unknown } | null };
    const sentence = body.notice?.zh;
    return typeof sentence === 'string' && sentence !== '' ? sentence : null;
  } catch {
    // A service that does not answer is told of by the next query.
    return null;
  }
}
