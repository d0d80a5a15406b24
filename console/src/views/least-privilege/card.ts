import type { NeededKey } from '../../control-api/types.ts';
import { describeBinding } from '../../state/keys.ts';

/** Formats a key as Markdown for a pull request: its requests, its rights and its seed entry. */
export function toCard({ kind, used, smallest, seed }: NeededKey): string {
  const { scopes, resource, rules, roles } = smallest;
  const inCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('`', "'");
  const code = (texts: readonly string[]) => texts.map((text) => `\`${inCell(text)}\``).join(', ') || 'nothing';
  const rights = [
    ...(scopes === undefined ? [] : [`Scopes: ${code(scopes)}`]),
    ...(resource === undefined ? [] : [`Resource: ${describeBinding(resource)}`]),
    ...(rules ?? []).map(({ role, scopeType, scopeId }) => `Role: ${code([role])} in ${scopeType} ${scopeId}`),
    ...(rules === undefined && roles !== undefined ? [`Roles: ${code(roles)}`] : []),
  ];
  return [
    `### Smallest ${kind.replace('-', ' ')}`,
    '',
    '| request | needs |',
    '| --- | --- |',
    ...used.map(({ example: { method, path }, grants }) => `| ${code([`${method} ${path}`])} | ${code(grants)} |`),
    '',
    ...rights.map((text) => `- ${text}`),
    '',
    '```json',
    JSON.stringify(seed, null, 2),
    '```',
    '',
  ].join('\n');
}
