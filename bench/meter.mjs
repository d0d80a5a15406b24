// @ts-check
/**
 * Loaded into a server before its own code: tells the parent process what the server has used. The process itself knows
 * its CPU to the microsecond, with all its threads; from outside only hundredths of a second can be read.
 */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, memory: process.memoryUsage.rss() });
});
// Asking is no reason for a server to go on.
process.channel?.unref();
