/** Making a world without its cast, for those who make thousands. */
import { expect, it } from 'vitest';
import { startMock } from '../../../src/library/start-mock.ts';
import { testServer } from '../../support/server.ts';

it.each([
  ['return=minimal', true],
  ['respond-async, Return = "minimal"; a=b', true],
  ['return=representation, return=minimal', false],
  ['return=minimalist', false],
  ['minimal', false],
])('leaves out the cast, and nothing else, if the answer is preferred so: %s', async (prefer, isMinimal) => {
  const server = await testServer();
  const make = (headers: Record<string, string>) =>
    server.app.inject({ method: 'POST', url: '/_mock/worlds', headers, payload: { label: 'of a test' } });
  const whole = (await make({})).json();
  const answer = await make({ prefer });

  expect(answer.statusCode).toBe(201);
  expect(answer.headers['preference-applied']).toBe(isMinimal ? 'return=minimal' : undefined);
  const members = Object.keys(whole).filter((name) => !isMinimal || name !== 'cast');
  expect(Object.keys(answer.json())).toEqual(members);
});

it('has the cast that the control API has, in this process, too', async () => {
  const mock = await startMock({ listen: false });
  const world = await mock.world();
  const read = await world.readCast();

  const withoutBearers = JSON.parse(JSON.stringify(read, (name, value) => (name === 'bearer' ? undefined : value)));
  expect(JSON.parse(JSON.stringify(world.cast))).toEqual(withoutBearers);
  expect(world.cast).toBe(world.cast);
  await mock.stop();
});
