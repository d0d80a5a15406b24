import { findNearest } from '../text/nearest.ts';

/** Removed options, with advice that follows `was removed:`. */
export const REMOVED_OPTIONS: Readonly<Record<string, string>> = {
  codeTtl: 'use `--token-ttl code=DURATION`',
  dataFallback: 'a data file now requires a driver; remove --data to keep the state in memory',
  keyCache: 'the key service no longer emulates caches; remove the option',
  refreshTtl: 'use `--token-ttl refresh=DURATION`',
  runaiIdpAudience: 'use `--runai-idp audience=AUDIENCE`, in addition to the one with the JWK set',
  runaiIdpIssuer: 'use `--runai-idp issuer=ISSUER`, in addition to the one with the JWK set',
  signingAlg: 'use `--signing-key RS256` or `--signing-key ES256`; a key file determines its algorithm',
  sqlite: 'the server picks an available driver (better-sqlite3, or node:sqlite); remove the option',
  writeObservations:
    'write a report with `--json --report REPORT`; maintainers turn it into rows with `npm run observations REPORT`',
};

/**
 * Returns the message about an unknown option name.
 *
 * @param described the kind and the name, for the message, such as `flag \`--prot\``
 * @param valid the names that are accepted here
 * @param spell spells an option as it is written here
 */
export function describeUnknownName(
  described: string,
  name: string,
  valid: readonly string[],
  spell: (option: string) => string,
): string {
  const removed = Object.entries(REMOVED_OPTIONS).find(([option]) => spell(option) === name);
  if (removed === undefined) return `Unknown ${described}. Did you mean \`${findNearest(name, valid)}\`?`;
  return `The ${described} was removed: ${removed[1]}.`;
}
