import type { FlagTexts } from '../config/config.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { adviseName } from '../text/nearest.ts';
import { showValue } from '../text/redact.ts';
import { askWorld } from './ask-world.ts';
import { asTable, isReport, type Report } from './report-table.ts';
import { runningWorld } from './running.ts';

/** The values of `--fail-on`. */
const EXCESSES = ['unused', 'broader'] as const;
type Excess = (typeof EXCESSES)[number];

/**
 * Prints how each credential was used on a running server, and which of its rights are unused. Exits with code 1 if
 * there are rights of the kinds in `failOn`, or if no credential was used.
 *
 * @param asked.failOn kinds, separated by commas; null: none
 * @param asked.url the server, including the prefix of a world; null: on this machine
 * @param asked.principal only this principal; null: all used credentials
 * @throws Unusable if the server, world or principal doesn't exist
 */
export async function report(
  flags: FlagTexts,
  asked: {
    failOn: string | null;
    principal: string | null;
    url: string | null;
    world: string | null;
    json: boolean;
  },
): Promise<void> {
  const excesses = excessesIn(asked.failOn);
  const { server, world } = await runningWorld(flags, asked.url, asked.world);
  const query = asked.principal === null ? '' : `?principal=${encodeURIComponent(asked.principal)}`;
  const report = await askWorld(server, world, `/least-privilege${query}`, (body) =>
    isReport(body) ? body : undefined,
  );
  process.stdout.write(asked.json ? `${JSON.stringify(report, null, 2)}\n` : asTable(report));
  if (report.full) {
    process.stderr.write('nv-auth-mock: the server could not store all uses, so the report is incomplete\n');
  }
  const faults = excesses.flatMap((excess) => faultOf(report, excess));
  if (excesses.length > 0 && report.principals.length === 0) faults.push(NOTHING_USED);
  for (const fault of faults) process.stderr.write(`nv-auth-mock: --fail-on: ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

/** A check without any use proves nothing. */
const NOTHING_USED =
  'no credential was used, so there is nothing to check. Make sure that the tests use this server and world.';

/** Describes the credentials with such rights; empty if there are none. */
function faultOf({ principals }: Report, excess: Excess): string[] {
  const found = principals.filter((one) => one[excess].length > 0).map(({ principal }) => principal.name);
  if (found.length === 0) return [];
  const what = { unused: 'unused rights', broader: 'broader rights than needed' }[excess];
  return [
    `${found.length === 1 ? '1 credential has' : `${found.length} credentials have`} ${what}: ${found.join(', ')}`,
  ];
}

function excessesIn(text: string | null): readonly Excess[] {
  return (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const known = EXCESSES.find((excess) => excess === name);
      if (known !== undefined) return known;
      throw new Unusable(
        `--fail-on has the unknown value \`${showValue(name)}\`; expected one value, or several separated by commas.${adviseName(name, EXCESSES)}`,
      );
    });
}
