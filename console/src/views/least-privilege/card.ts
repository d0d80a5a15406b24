import type { NeededKey } from '../../control-api/types.ts';
import { describeBinding } from '../../state/keys.ts';

/** Formats a key as Markdown for a pull request: its requests, its rights and its seed entry. */
export function toCard({ kind, used, smallest, seed }: NeededKey): string {
  const { scopes, resource, rules, roles } = smallest;
  // A vertical bar would end the cell, and a backtick the code.
  const escapeCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('`', "'");
  const formatCode = (texts: readonly string[]) =>
    texts.map((text) => `\`${escapeCell(text)}\``).join(', ') || 'nothing';
  const rights = [
    ...(scopes === undefined ? [] : [`Scopes: ${formatCode(scopes)}`]),
    ...(resource === undefined ? [] : [`Resource: ${describeBinding(resource)}`]),
    ...(rules ?? []).map(({ role, scopeType, scopeId }) => `Role: ${formatCode([role])} in ${scopeType} ${scopeId}`),
    ...(rules === undefined && roles !== undefined ? [`Roles: ${formatCode(roles)}`] : []),
  ];
  return [
    `### Smallest ${kind.replace('-', ' ')}`,
    '',
    '| request | needs |',
    '| --- | --- |',
    ...used.map(
      ({ example: { method, path }, grants }) => `| ${formatCode([`${method} ${path}`])} | ${formatCode(grants)} |`,
    ),
    '',
    ...rights.map((text) => `- ${text}`),
    '',
    '```json',
    JSON.stringify(seed, null, 2),
    '```',
    '',
  ].join('\n');
}
