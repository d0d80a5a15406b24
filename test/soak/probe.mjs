// @ts-check
/** Runs inside the server that is tried, and tells who started it how it is: once a second, without keeping it alive. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const MEGABYTE = 1024 * 1024;
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rss: rss / MEGABYTE, heap: heapUsed / MEGABYTE, pause: delay.max / 1e6 });
  delay.reset();
}, 1000).unref();
