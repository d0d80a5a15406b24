import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/row.ts';
import { creatorOf } from './caller.ts';
import { createOwnedRow, createPut } from './objects.ts';
import { HISTORIES } from './tables/simulations.ts';

export function createHistoryEntry(
  context: AuthenticatedContext,
  model: 'simulation' | 'node' | 'image' | 'marketplacedemo',
  objectId: string,
  description: string,
  labels: readonly string[] = [],
): Change {
  const members = { object_id: objectId, model, actor: creatorOf(context), description, category: 'INFO' } as const;
  return createPut(createOwnedRow(context, HISTORIES, { members, hidden: { labels }, parent: objectId }));
}
