/** The address of a view: data, without a browser. */
import './support/page.ts';
import { expect, it } from 'vitest';
import { addressOfView, choices, go, goLater } from '../src/address.ts';
import type { RequestSummary } from '../src/control-api/client.ts';
import { type Identity, nameOrId } from '../src/state/identities.ts';
import { matchingRequests } from '../src/state/request-filters.ts';
import { requests } from '../src/state/requests.ts';

const END = addressOfView('requests', { request: 'new' });

it.each([
  ['follows an address', addressOfView('requests', { request: 'old' }), 'new'],
  ['ignores a filter', addressOfView('requests', { request: 'old', text: 'a' }), 'new'],
  ['stays at another request', addressOfView('requests', { request: 'other' }), 'other'],
  ['stays in another view', addressOfView('faults', { request: 'old' }), 'old'],
])('the end of an action %s', (_, meanwhile, request) => {
  go(addressOfView('requests', { request: 'old' }));
  const goOn = goLater('request');
  go(meanwhile);
  goOn(END);

  expect(choices.value['request']).toBe(request);
});

const OWNERS = ['k1', 'k2'].map((id) => ({ id, name: 'owner' }) as Identity);

it('callers of the same name are told apart by their ids', () => {
  requests.value = OWNERS.map(
    (principal) => ({ id: `request of ${principal.id}`, principal }) as unknown as RequestSummary,
  );
  const findIds = (principal: string) => {
    go(addressOfView('requests', { principal }));
    return matchingRequests.value.map(({ id }) => id);
  };

  expect(OWNERS.map((owner) => nameOrId(owner, OWNERS))).toEqual(['k1', 'k2']);
  expect(OWNERS.map((owner) => nameOrId(owner, [owner]))).toEqual(['owner', 'owner']);
  expect(findIds('k2')).toEqual(['request of k2']);
  expect(findIds('owner')).toHaveLength(2);
});
