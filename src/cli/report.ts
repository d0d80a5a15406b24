import { UserError } from '../lib/errors.ts';
import { adviseName } from '../lib/nearest.ts';
import { showValue } from '../lib/redact.ts';
import { askWorld } from './ask-world.ts';
import { formatTable, isReport, type Report } from './report-table.ts';
import { locateServerAndWorld, type ServerFlags } from './server-client.ts';

/** The values of `--fail-on`: rights that no request needed, and rights that are broader than needed. */
const EXCESSES = ['unused', 'broader'] as const;
type Excess = (typeof EXCESSES)[number];

const EXCESS_TEXTS: Readonly<Record<Excess, string>> = {
  unused: 'unused rights',
  broader: 'broader rights than needed',
};

type ReportFlags = ServerFlags & {
  /** Kinds, separated by commas. */
  readonly failOn?: string;
  /** Default: all used credentials. */
  readonly principal?: string;
  readonly json?: true;
};

/** Prints how each credential was used. Exits with code 1 for rights of the kinds in `failOn`, or without uses. */
export async function printReport({ failOn = '', principal, json, ...flags }: ReportFlags): Promise<void> {
  const excesses = parseExcesses(failOn);
  const { server, world } = await locateServerAndWorld(flags);
  const query = principal === undefined ? '' : `?principal=${encodeURIComponent(principal)}`;
  const report = await askWorld(server, world, `/least-privilege${query}`, (body) =>
    isReport(body) ? body : undefined,
  );
  process.stdout.write(json === true ? `${JSON.stringify(report, null, 2)}\n` : formatTable(report));
  if (report.full) {
    process.stderr.write('nv-auth-mock: the server could not store all uses, so the report is incomplete\n');
  }
  const problems = excesses.flatMap((excess) => describeExcess(report, excess));
  if (excesses.length > 0 && report.principals.length === 0) {
    problems.push(
      'no credential was used, so there is nothing to check. Make sure that the tests use this server and world.',
    );
  }
  for (const problem of problems) process.stderr.write(`nv-auth-mock: --fail-on: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}

function describeExcess({ principals }: Report, excess: Excess): string[] {
  const names = principals.filter((principal) => principal[excess].length > 0).map(({ principal }) => principal.name);
  if (names.length === 0) return [];
  const subject = names.length === 1 ? '1 credential has' : `${names.length} credentials have`;
  return [`${subject} ${EXCESS_TEXTS[excess]}: ${names.join(', ')}`];
}

/** Parses the values of `--fail-on`. @throws UserError for an unknown value */
function parseExcesses(text: string): readonly Excess[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const match = EXCESSES.find((excess) => excess === name);
      if (match !== undefined) return match;
      throw new UserError(
        `--fail-on has the unknown value \`${showValue(name)}\`; expected one value, or several separated by commas.${adviseName(name, EXCESSES)}`,
      );
    });
}
