import { countOf } from '../core/count.ts';
import { type Plan, shownUrl } from './plan.ts';
import type { Difference } from './play.ts';

/** The result of a comparison. */
export interface DriftReport {
  readonly service: string;
  readonly requests: number;
  /** Requests that write, which were not sent. */
  readonly writes: number;
  readonly skipped: number;
  /** A remark, such as that the target is a mock; null for none. */
  readonly remark: string | null;
  readonly differences: readonly Difference[];
  /** How many requests of the comparison called each operation. */
  readonly operations: Readonly<Record<string, number>>;
}

/** The report in Markdown. */
export function driftReport({ service, requests, writes, skipped, remark, differences }: DriftReport): string {
  const counted = differences.filter(({ kind }) => kind === 'behaviour');
  const data = differences.filter(({ kind }) => kind === 'data');
  const lines = [
    `# ${service}: the real service and the mock`,
    '',
    ...(remark === null ? [] : [remark, '']),
    `${countOf(requests, 'request')} sent to both, ${countOf(counted.length, 'difference')}.`,
    `Not sent: ${countOf(writes, 'request')} that would write (see \`--write\`), and ${skipped} without an example.`,
    ...table('Differences', counted),
    ...table('Other data', data),
  ];
  return `${lines.join('\n')}\n`;
}

/** The requests of a plan, one per line. */
export function dryRun({ requests, writes, skipped }: Plan): string {
  const lines = requests.map(({ method, url, credential }) => `${method} ${shownUrl(url)} (credential: ${credential})`);
  return `${[...lines, `${countOf(requests.length, 'request')}; left out: ${writes} that write, ${skipped} without an example`].join('\n')}\n`;
}

function table(title: string, differences: readonly Difference[]): readonly string[] {
  if (differences.length === 0) return [];
  const rows = differences.map(
    (one) => `| ${[one.request, one.class, one.place, one.real, one.mock].map(cell).join(' | ')} |`,
  );
  return [
    '',
    `## ${title}`,
    '',
    '| request | class | place | real service | mock |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

function cell(text: string): string {
  return text
    .slice(0, 300)
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('|', '\\|');
}
