// @ts-check
/** Runs inside a tested server, and reports its state to the parent process each second, without keeping it alive. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const MEGABYTE = 1024 * 1024;
const NANOSECONDS_PER_MILLISECOND = 1e6;
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({
    rss: rss / MEGABYTE,
    heap: heapUsed / MEGABYTE,
    maxEventLoopDelay: delay.max / NANOSECONDS_PER_MILLISECOND,
  });
  delay.reset();
}, 1000).unref();
