import { findNearest } from '../text/nearest.ts';

/** Options that are gone. The text follows `was removed:`, and says what to use instead. */
export const REMOVED_OPTIONS: Readonly<Record<string, string>> = {
  codeTtl: 'use `--token-ttl code=DURATION`',
  dataFallback: 'without a driver, a data file is refused; leave --data out to keep the state in memory',
  keyCache: 'the key service no longer emulates caches; leave it out',
  refreshTtl: 'use `--token-ttl refresh=DURATION`',
  runaiIdpAudience: 'use `--runai-idp audience=AUDIENCE`, beside that with the JWK set',
  runaiIdpIssuer: 'use `--runai-idp issuer=ISSUER`, beside that with the JWK set',
  signingAlg: 'use `--signing-key RS256` or `--signing-key ES256`; the algorithm of a file is that of its key',
  sqlite: 'the driver that can be loaded is used, better-sqlite3 before that of Node; leave it out',
  writeObservations:
    'write a report by `--json --report REPORT`; maintainers turn it into rows by `npm run observations REPORT`',
};

/**
 * The refusal of a name that no option has.
 *
 * @param what its kind and the name, for the message, such as `flag \`--prot\``
 * @param valid the names that are accepted in its place
 * @param spell spells an option as it is written in its place
 */
export function refuseName(
  what: string,
  name: string,
  valid: readonly string[],
  spell: (option: string) => string,
): string {
  const removed = Object.entries(REMOVED_OPTIONS).find(([option]) => spell(option) === name);
  if (removed === undefined) return `Unknown ${what}. Did you mean \`${findNearest(name, valid)}\`?`;
  return `The ${what} was removed: ${removed[1]}.`;
}
