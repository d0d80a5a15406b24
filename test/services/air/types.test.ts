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

// What has to be wrong is marked: the type check fails where it is not. Nothing of it is run.
function typesOfResources(context: AuthenticatedContext, run: RowOf<'runs'>) {
  // @ts-expect-error what a request says of an image is not all that is stored
  createOperations(IMAGES, {});
  // @ts-expect-error what is stored of an image is not all that is shown
  const image: HooksOf<'images'> = { complete: () => Promise.reject(), change: () => ({}) };
  // @ts-expect-error of a key less is shown than is stored
  createOperations(SSH_KEYS, { complete: () => ({ members: { name: '', fingerprint: '' } }) });
  // @ts-expect-error lists show less of a user config than it shows by itself
  createOperations(USERCONFIGS, { view: (_, { id, body: { members } }) => ({ ...members, id }) });
  // @ts-expect-error a fleet has no `titel`
  createOperations({ ...FLEETS, required: ['name', 'titel'] }, {});
  // @ts-expect-error a tag has a `name`
  const tag: HooksOf<'demo_tags'> = { complete: (_, { name }) => ({ members: { nmae: name } }) };
  // @ts-expect-error `fleets_publish` is no operation of the table
  createOperations(FLEETS, {}).fleets_publish;
  const runs: Pick<Operations<'air'>, 'runs_get' | 'runs_list' | 'runs_update'> = createOperations(RUNS, {});
  // @ts-expect-error a run is no fleet
  const fleets: Pick<Operations<'air'>, 'fleets_get'> = { fleets_get: createOperations(RUNS, {}).runs_get };

  // @ts-expect-error a cable has two ends, which no answer shows
  createOwnedRow(context, LINKS, { members: { labels: null } });
  // @ts-expect-error a node has more members
  createOwnedRow(context, NODES, { members: { name: 'a' } });
  // @ts-expect-error a name is a text
  changeRow(run, RUNS, 0, { members: { name: 3 } });
  // @ts-expect-error a run is no node
  changeRow(run, NODES, 0, {});
  return { image, tag, runs, fleets };
}

describe('the types of a resource', () => {
  it('hold what is stored, said and shown to its table and its document', () => {
    expect(typesOfResources).toBeTypeOf('function');
  });

  it('have a handler for each plain operation of the table', () => {
    expect(Object.keys(createOperations(RUNS, {})).toSorted()).toEqual(['runs_get', 'runs_list', 'runs_update']);
  });
});
