import { OPTIONS } from '../app/options.ts';
import type { Cast } from '../contract/cast.ts';
import type { PackageFolder } from '../lib/assets.ts';
import { formatCurlCommand, formatShellWord } from '../lib/curl.ts';
import { formatCommand } from './next-steps.ts';

export interface StartedServer {
  readonly url: string;
  readonly port: number;
  readonly host: string;
  /** The built-in cast, or null: keys of any other cast must not be printed. */
  readonly cast: Partial<Cast> | null;
  readonly folder: string;
  readonly home: PackageFolder;
  /** Whether the process is the first one of a container, where users cannot run shell commands. */
  readonly isContainer: boolean;
}

/** Returns the lines of the banner with commands to try first: a request that is refused, and its explanation. */
export function formatFirstSteps(server: StartedServer): string[] {
  const { url, folder, home, isContainer } = server;
  const command = formatCommand({ folder, manifest: null }, home);
  const call = { method: 'POST', target: '/v2/nvcf/functions', headers: {}, body: null };
  const options = url.startsWith('https:') ? ['-ik'] : ['-i'];
  const target = { base: url, isGuarded: false, options, separator: ' ' };
  // A service key of Cloud Functions that lacks the scope.
  const key = server.cast?.ngc?.keys.find(
    ({ services, scopes }) => services.includes('nvcf') && scopes?.includes('register_function') === false,
  );
  return [
    isContainer
      ? 'try a request that will be refused:'
      : 'in another terminal, try a request that will be refused, and see why:',
    `  ${formatCurlCommand(call, target, key?.key)}`,
    ...(isContainer ? [] : [`  ${[command, 'why', ...formatServerFlags(server)].join(' ')}`]),
    // In a clone, the test would be written into the mock itself.
    ...(isContainer || folder === home.path ? [] : [`write a first test: ${command} init`]),
  ];
}

function formatServerFlags({ url, port, host }: StartedServer): string[] {
  return [
    ...(port === OPTIONS.port.fallback ? [] : [`--port ${port}`]),
    ...(host === OPTIONS.host.fallback ? [] : [`--host ${formatShellWord(host)}`]),
    ...(url.startsWith('https:') ? ['--tls'] : []),
  ];
}
