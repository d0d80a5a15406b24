/** The creation of a world with `Prefer: return=minimal`. */
import { expect, it } from 'vitest';
import { startMock } from '../../../src/library/start-mock.ts';
import { testServer } from '../../support/server.ts';

it.each([
  ['return=minimal', true],
  ['respond-async, Return = "minimal"; a=b', true],
  ['return=representation, return=minimal', false],
  ['return=minimalist', false],
  ['minimal', false],
])('a new world omits only its cast for `return=minimal`: `Prefer: %s`', async (prefer, isMinimal) => {
  const server = await testServer();
  const createWorld = (headers: Record<string, string>) =>
    server.app.inject({ method: 'POST', url: '/_mock/worlds', headers, payload: { label: 'of a test' } });
  const whole = (await createWorld({})).json();
  const answer = await createWorld({ prefer });

  expect(answer.statusCode).toBe(201);
  expect(answer.headers['preference-applied']).toBe(isMinimal ? 'return=minimal' : undefined);
  const members = Object.keys(whole).filter((name) => !isMinimal || name !== 'cast');
  expect(Object.keys(answer.json())).toEqual(members);
});

it('a world of an in-process mock has the cast of the control API', async () => {
  const mock = await startMock({ listen: false });
  const world = await mock.world();
  const castOfApi = await world.readCast();

  const withoutBearers = JSON.parse(
    JSON.stringify(castOfApi, (name, value) => (name === 'bearer' ? undefined : value)),
  );
  expect(JSON.parse(JSON.stringify(world.cast))).toEqual(withoutBearers);
  expect(world.cast).toBe(world.cast);
  await mock.stop();
});
