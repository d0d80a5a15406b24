// @ts-check
/**
 * Loaded into a server before its own code: reports to the parent process what the server has used. The process itself
 * knows its CPU time to the microsecond, with all its threads; from outside only hundredths of a second can be read.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';

/** The least of the heap that was in use after a full collection of garbage, since the parent last asked. @type {number | null} */
let heap = null;

// It collects garbage when it wants to: being made to would keep it smaller than it is for users.
const collections = new PerformanceObserver((list) => {
  const kinds = list.getEntries().map((/** @type {any} */ { detail }) => detail.kind);
  if (!kinds.includes(constants.NODE_PERFORMANCE_GC_MAJOR)) return;
  heap = Math.min(heap ?? Number.POSITIVE_INFINITY, process.memoryUsage().heapUsed);
});

process.on('message', (asked) => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, memory: process.memoryUsage.rss(), heap });
  heap = null;
  if (asked === 'heap') collections.observe({ entryTypes: ['gc'] });
});
// The channel to the parent must not keep a server running.
process.channel?.unref();
