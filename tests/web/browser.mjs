// Starts Debian's Chromium the way it works without a network or a screen.
import { chromium } from 'playwright-core';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  // Without these the browser itself looks for its maker's hosts at every start.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with an empty profile of its own; the caller closes it. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Root may not use the sandbox; CI runs as root.
    chromiumSandbox: process.getuid?.() !== 0,
    headless: true,
    args: FLAGS,
  });
}
