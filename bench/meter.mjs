// @ts-check
/**
 * Loaded into a server before its own code: reports to the parent process what the server has used. The process itself
 * knows its CPU time to the microsecond, with all its threads; from outside only hundredths of a second can be read.
 */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, memory: process.memoryUsage.rss() });
});
// The channel to the parent must not keep a server running.
process.channel?.unref();
