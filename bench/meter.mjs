// @ts-check
/**
 * Preloaded into a server: reports its resource usage to the parent process. The process itself knows the CPU time of all
 * its threads to the microsecond; from outside, only hundredths of a second can be read.
 */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, memory: process.memoryUsage.rss() });
});
// The channel to the parent must not keep a server running.
process.channel?.unref();
