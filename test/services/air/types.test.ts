import { describe, expect, it } from 'vitest';
import type { AuthenticatedContext, Operations } from '../../../src/contract/request.ts';
import { createOperations } from '../../../src/services/air/crud.ts';
import type { HooksOf } from '../../../src/services/air/hooks.ts';
import { changeRow, createOwnedRow } from '../../../src/services/air/objects.ts';
import type { RowOf } from '../../../src/services/air/stored.ts';
import { IMAGES } from '../../../src/services/air/tables/images.ts';
import { FLEETS } from '../../../src/services/air/tables/infra.ts';
import { LINKS, NODES } from '../../../src/services/air/tables/network.ts';
import { SSH_KEYS, USERCONFIGS } from '../../../src/services/air/tables/people.ts';
import { RUNS } from '../../../src/services/air/tables/simulations.ts';

// Expected type errors are marked, and the type check fails if one is missing. The function is never called.
function checkTypes(context: AuthenticatedContext, run: RowOf<'runs'>) {
  // @ts-expect-error a stored image has members that a request does not have
  createOperations(IMAGES, {});
  // @ts-expect-error the response of an image has members that are not stored
  const image: HooksOf<'images'> = { complete: () => Promise.reject(), change: () => ({}) };
  // @ts-expect-error a stored SSH key has members that the response does not have
  createOperations(SSH_KEYS, { complete: () => ({ members: { name: '', fingerprint: '' } }) });
  // @ts-expect-error the items of a list have fewer members than a user config
  createOperations(USERCONFIGS, { view: (_, { id, body: { members } }) => ({ ...members, id }) });
  // @ts-expect-error a fleet has no `titel`
  createOperations({ ...FLEETS, required: ['name', 'titel'] }, {});
  // @ts-expect-error a tag has a `name`
  const tag: HooksOf<'demo_tags'> = { complete: (_, { name }) => ({ members: { nmae: name } }) };
  // @ts-expect-error `fleets_publish` is not an operation of the table
  createOperations(FLEETS, {}).fleets_publish;
  const runs: Pick<Operations<'air'>, 'runs_get' | 'runs_list' | 'runs_update'> = createOperations(RUNS, {});
  // @ts-expect-error a run is not a fleet
  const fleets: Pick<Operations<'air'>, 'fleets_get'> = { fleets_get: createOperations(RUNS, {}).runs_get };

  // @ts-expect-error a stored link also has its two ends
  createOwnedRow(context, LINKS, { members: { labels: null } });
  // @ts-expect-error a node has more members
  createOwnedRow(context, NODES, { members: { name: 'a' } });
  // @ts-expect-error a name is a string
  changeRow(run, RUNS, 0, { members: { name: 3 } });
  // @ts-expect-error a run is not a node
  changeRow(run, NODES, 0, {});
  return { image, tag, runs, fleets };
}

describe('the types of a resource', () => {
  it('match its table and its document', () => {
    expect(checkTypes).toBeTypeOf('function');
  });

  it('have a handler for each plain operation of the table', () => {
    expect(Object.keys(createOperations(RUNS, {})).toSorted()).toEqual(['runs_get', 'runs_list', 'runs_update']);
  });
});
