import { expect, it } from 'vitest';
import {
  airServer,
  expectRefused,
  GLOBEX_LAB,
  INTERFACES,
  idsOf,
  LINKS,
  NODES,
  NOTHING,
} from '../../support/air-client.ts';
import { listHints } from '../../support/hints.ts';

const air = await airServer();
const { admin, done } = air;

/** Creates two nodes with an interface each in a simulation. */
async function createPair() {
  const first = await air.node({ name: 'first' });
  const second = await air.node({ name: 'second', simulation: first.simulation });
  return [
    await air.interface({ node: first.id, name: 'a' }),
    await air.interface({ node: second.id, name: 'b' }),
  ] as const;
}

it('redundant fields of a link are accepted, and reported as a hint if they contradict the interfaces', async () => {
  const ends = await createPair();
  const { simulation } = await done(200, `GET ${NODES}${ends[0].node}/`);
  const readHints = async () =>
    (await listHints(air)).map(({ code, text }: { code: string; text: string }) => [code, text]);
  const link = { interfaces: idsOf(ends), interface: ends[1].id, node: ends[0].node };
  const { id } = await done(201, `POST ${LINKS}`, { ...link, simulation });
  await done(204, `DELETE ${LINKS}${id}/`);
  expect(await readHints()).toEqual([]);

  await done(201, `POST ${LINKS}`, { ...link, simulation: NOTHING });
  await done(201, `POST ${INTERFACES}`, { node: ends[0].node, name: 'c', simulation: NOTHING });

  expect(await readHints()).toEqual(
    ['interfaces', 'links'].map((list) => [
      'ignored_field',
      `A request to create one of \`${list}\` has a \`simulation\` that contradicts its other fields. It was ignored: the \`simulation\` is \`${simulation}\`.`,
    ]),
  );
});

it('a link contains both ends with their current names', async () => {
  const ends = await createPair();

  const link = await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends), labels: { cable_length: '5m' } });

  expect(link).toMatchObject({
    labels: { cable_length: '5m' },
    interfaces: [
      { id: ends[0].id, name: 'a', node_name: 'first' },
      { id: ends[1].id, name: 'b', node_name: 'second' },
    ],
  });
  expect(await done(200, `GET ${LINKS}${link.id}/`)).toEqual(link);
  await done(200, `PATCH ${INTERFACES}${ends[0].id}/`, { name: 'c' });
  await done(200, `PATCH ${NODES}${ends[0].node}/`, { name: 'renamed' });
  expect((await done(200, `GET ${LINKS}${link.id}/`)).interfaces[0]).toEqual({
    id: ends[0].id,
    name: 'c',
    node_name: 'renamed',
  });
});

it('a link that does not connect two free interfaces of one simulation returns 400 and names `interfaces`', async () => {
  const [[a, b], [, elsewhere]] = [await createPair(), await createPair()];
  const c = await air.interface({ node: b.node, name: 'c' });
  const expectRejected = async (interfaces: unknown, call = admin) =>
    expectRefused(await call(`POST ${LINKS}`, { interfaces }), 400, 'interfaces');

  for (const other of [a.id, elsewhere.id, NOTHING, a.node, GLOBEX_LAB]) await expectRejected([a.id, other]);
  await expectRejected([a.id, b.id], air.globex);
  await done(201, `POST ${LINKS}`, { interfaces: [a.id, b.id] });
  await expectRejected([a.id, c.id]);
  await expectRejected([c.id, b.id]);
});

it('a deleted link keeps its interfaces, which can be linked again', async () => {
  const ends = await createPair();
  const link = await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends) });

  await done(204, `DELETE ${LINKS}${link.id}/`);

  expectRefused(await admin(`GET ${LINKS}${link.id}/`), 404);
  for (const { id } of ends) await done(200, `GET ${INTERFACES}${id}/`);
  await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends) });
});
