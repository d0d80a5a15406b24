import { formatCount } from '../../../src/conformance-entry.ts';
import type { CredentialKind } from './credentials.ts';
import { type Plan, redactUrl } from './plan.ts';
import type { Difference, NotCompared } from './types.ts';

/** The result of a comparison. */
export interface DriftReport extends Omit<Plan, 'requests'> {
  readonly service: string;
  /** The number of requests sent to both sides. */
  readonly requests: number;
  /** A remark, for example that the target is a mock, or null. */
  readonly remark: string | null;
  readonly differences: readonly Difference[];
  readonly notCompared: readonly NotCompared[];
  /** Why the comparison ended early, or null. */
  readonly stopped: string | null;
  /** Requests that delete objects which the comparison created in the real account but could not delete. */
  readonly leftBehind: readonly string[];
  /** The number of requests to each operation. */
  readonly operations: Readonly<Record<string, number>>;
}

/** Formats the report in Markdown. */
export function formatReport(report: DriftReport): string {
  const { service, requests, remark, stopped, differences, notCompared, leftBehind } = report;
  const behaviour = differences.filter(({ kind }) => kind === 'behaviour');
  const data = differences.filter(({ kind }) => kind === 'data');
  const lines = [
    `# ${service}: the real service and the mock`,
    '',
    ...(remark === null ? [] : [remark, '']),
    `${formatCount(requests, 'request')} sent to both, ${formatCount(behaviour.length, 'difference')}.`,
    `Not sent: ${describeOmitted(report)}.`,
    ...(stopped === null ? [] : ['', `**Stopped before all requests were sent:** ${stopped}`]),
    ...(leftBehind.length === 0 ? [] : ['', `**${LEFT_BEHIND_TITLE}**`, '']),
    ...leftBehind.map((request) => `- \`${redactUrl(request)}\``),
    ...formatDifferences('Differences', behaviour),
    ...formatTable(
      'Not compared',
      ['request', 'place', 'reason'],
      notCompared.map(({ request, place, reason }) => [request, place, reason]),
    ),
    ...formatDifferences('Other data', data),
  ];
  return `${lines.join('\n')}\n`;
}

const LEFT_BEHIND_TITLE = 'Still in the real account, to delete by hand:';

/** Lists the objects left in the real account, one per line; empty if there are none. */
export function formatLeftBehind({ leftBehind }: DriftReport): string {
  return leftBehind.length === 0 ? '' : `${[LEFT_BEHIND_TITLE, ...leftBehind.map(redactUrl)].join('\n')}\n`;
}

const CREDENTIALS: Readonly<Record<CredentialKind, string>> = {
  valid: 'valid',
  none: 'none',
  broken: 'broken',
  unknown: 'unknown',
  expired: 'expired',
};

/** Lists the requests of a plan, one line per URL. */
export function formatRequests(plan: Plan): string {
  const byAddress = new Map<string, Set<string>>();
  for (const { method, url, credential } of plan.requests) {
    const address = `${method} ${redactUrl(url)}`;
    byAddress.set(address, (byAddress.get(address) ?? new Set()).add(CREDENTIALS[credential]));
  }
  const lines = [...byAddress].map(
    ([address, credentials]) => `${address} (credential: ${[...credentials].join(', ')})`,
  );
  return `${[...lines, `${formatCount(plan.requests.length, 'request')}; left out: ${describeOmitted(plan)}`].join('\n')}\n`;
}

function describeOmitted({ writes, harmful, skipped }: Omit<Plan, 'requests'>): string {
  return [
    ...(writes === 0 ? [] : [`${writes} that write (see \`--write\`)`]),
    ...(harmful === 0 ? [] : [`${harmful} that would change something the comparison did not create`]),
    `${skipped} without an example`,
  ].join(', ');
}

function formatDifferences(title: string, differences: readonly Difference[]): readonly string[] {
  const rows = differences.map((one) => [one.request, one.class, one.place, one.real, one.mock]);
  return formatTable(title, ['request', 'class', 'place', 'real service', 'mock'], rows);
}

function formatTable(title: string, names: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    '',
    `## ${title}`,
    '',
    line(names),
    line(names.map(() => '---')),
    ...rows.map((row) => line(row.map(formatCell))),
  ];
}

function formatCell(text: string): string {
  return text
    .slice(0, 300)
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('|', '\\|');
}
