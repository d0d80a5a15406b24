import type { Context } from '../../contract/request.ts';
import { rfc3339 } from '../../core/clock.ts';
import type { Change } from '../../store/collections.ts';
import { creatorOf } from './caller.ts';
import { type AirRow, newRow, put } from './objects.ts';
import { HISTORIES } from './tables/resources/histories.ts';

/** Something that was done to a simulation or to a node, as an entry of its history. */
export function entry(context: Context, model: 'simulation' | 'node', about: string, description: string): Change {
  const members = { object_id: about, model, actor: creatorOf(context), description, category: 'INFO' };
  return put(newRow(context, HISTORIES, { members, parent: about }));
}

/** An entry in the flat form. */
export function flatEntry({ body }: AirRow): Record<string, unknown> {
  return { ...body.members, created: rfc3339(body.created) };
}
