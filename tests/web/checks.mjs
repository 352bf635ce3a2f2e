// Counts checks and prints one line each. A check is a function that throws, or returns a
// note to print; what it does is decided by the caller.

export function checklist() {
  let passed = 0;
  let failed = 0;
  return {
    async check(name, body) {
      try {
        const note = await body();
        passed += 1;
        console.log(`ok    ${name}${note ? ` (${note})` : ''}`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL  ${name}: ${error.message}`);
      }
    },
    /** Prints the final line; returns the exit code. */
    finish() {
      console.log(`${passed} passed, ${failed} failed`);
      return failed === 0 && passed > 0 ? 0 : 1;
    },
  };
}

export function must(condition, message) {
  if (!condition) throw new Error(message);
}
