import type { Decision, Fix } from '../../control-api/types.ts';
import type { DiffLine } from '../../state/repairs.ts';

/** Returns what a fix adds to and removes from the caller, as far as its request shows. */
export function diffFix(
  { request, roles = [] }: Fix,
  { held = [], roles: heldRoles = [], binding }: Decision,
): DiffLine[] {
  const { scopes, resource, roles: keyRoles } = request?.body ?? {};
  const lines = [
    ...(isNames(scopes) ? diffNames('scope', held, scopes) : []),
    ...(isNames(keyRoles) ? diffNames('role', heldRoles, keyRoles) : []),
    ...(request?.as === undefined ? [] : diffNames('role', [], roles)),
  ];
  const { type, ids }: { readonly type?: unknown; readonly ids?: unknown } = Object(resource);
  if (typeof type !== 'string') return lines;
  const before = binding?.held ? [binding.held] : [];
  return [...lines, ...diffNames('resource', before, [isNames(ids) ? `${type} ${ids.join(', ')}` : type])];
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function diffNames(kind: string, before: readonly string[], after: readonly string[]): DiffLine[] {
  const removed = before.filter((name) => !after.includes(name));
  const added = after.filter((name) => !before.includes(name));
  return [
    ...removed.map((name): DiffLine => ({ sign: '−', kind, name })),
    ...added.map((name): DiffLine => ({ sign: '+', kind, name })),
  ];
}
