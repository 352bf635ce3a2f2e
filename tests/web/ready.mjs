// Waits until an address answers 200, at most so many seconds, and no longer than the
// process that should answer lives.
//
//   node tests/web/ready.mjs URL SECONDS PROCESS_ID
const [url, seconds, processId] = process.argv.slice(2);
const end = Date.now() + Number(seconds) * 1000;

function lives() {
  try {
    process.kill(Number(processId), 0);
    return true;
  } catch {
    return false;
  }
}

async function answers() {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

while (!(await answers())) {
  const reason = !lives() ? 'the server has ended' : Date.now() > end ? `not ready after ${seconds} s` : null;
  if (reason) {
    console.error(`${url}: ${reason}`);
    process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
