// @ts-check
/** The browser of this machine, for the tests of pages, their pictures and their measurement. */
import { existsSync } from 'node:fs';

/** Its program; undefined where there is none. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** It makes no connection of its own, and draws without a graphics card. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-sync',
];
