import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a module in a separate Node process that sends all TLS connections to a port of this machine, as `/etc/hosts`
 * would for port 443. Names and certificates are checked as usual, but only against `ca`.
 *
 * @param ca a file
 * @returns its output
 */
export async function runUnderProductionNames(script: string, port: number, ca: string, cwd: string): Promise<string> {
  const lead = `
    import tls from 'node:tls';
    const { connect } = tls;
    tls.connect = (options, ...rest) => connect({ ...options, host: '127.0.0.1', port: ${port} }, ...rest);`;
  const before = `data:text/javascript,${encodeURIComponent(lead)}`;
  const args = ['--import', before, '--input-type=module', '-e', script];
  return (await run(process.execPath, args, { cwd, env: { NODE_EXTRA_CA_CERTS: ca } })).stdout;
}
