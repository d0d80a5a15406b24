import { OPTIONS } from '../config/options.ts';
import type { Cast } from '../contract/cast.ts';
import type { PackageFolder } from '../platform/assets.ts';
import { curlCommand, shellWord } from '../text/curl.ts';
import { commandIn } from './next-steps.ts';

/** A started server, and where it was started. */
export interface Started {
  readonly url: string;
  readonly port: number;
  readonly host: string;
  /** The built-in cast; null if the default world has another one, whose keys must not be printed. */
  readonly cast: Partial<Cast> | null;
  readonly folder: string;
  readonly home: PackageFolder;
  /** Is the process the first one of a container? Commands for a shell there do not help. */
  readonly isContainer: boolean;
}

/** The lines of the banner with commands to try first: a request that is refused, and what explains it. */
export function firstSteps(started: Started): string[] {
  const { url, folder, home, isContainer } = started;
  const command = commandIn({ folder, manifest: null }, home);
  const call = { method: 'POST', target: '/v2/nvcf/functions', headers: {}, body: null };
  const options = url.startsWith('https:') ? ['-ik'] : ['-i'];
  const target = { base: url, isGuarded: false, options, separator: ' ' };
  return [
    isContainer ? 'try a request that is refused:' : 'in another terminal, try a request that is refused, and ask why:',
    `  ${curlCommand(call, target, keyWithout('register_function', started.cast))}`,
    ...(isContainer ? [] : [`  ${[command, 'why', ...serverFlags(started)].join(' ')}`]),
    // In a clone, the test would be written into the mock itself.
    ...(isContainer || folder === home.path ? [] : [`write a first test: ${command} init`]),
  ];
}

/** The text of a service key of Cloud Functions that lacks a scope; null without one. */
function keyWithout(scope: string, cast: Started['cast']): string | null {
  const key = cast?.ngc?.keys.find(
    ({ services, scopes }) => services.includes('nvcf') && scopes?.includes(scope) === false,
  );
  return key?.key ?? null;
}

/** The flags with which a command finds the server. */
function serverFlags({ url, port, host }: Started): string[] {
  return [
    ...(port === OPTIONS.port.fallback ? [] : [`--port ${port}`]),
    ...(host === OPTIONS.host.fallback ? [] : [`--host ${shellWord(host)}`]),
    ...(url.startsWith('https:') ? ['--tls'] : []),
  ];
}
