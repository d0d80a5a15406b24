import { describe, expect, it } from 'vitest';
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

describe('an invalid link returns 400 and names `interfaces`:', () => {
  const expectRejected = async (interfaces: unknown) =>
    expectRefused(await admin(`POST ${LINKS}`, { interfaces }), 400, 'interfaces');

  it('fewer or more than two interfaces', async () => {
    const [a, b] = await createPair();
    for (const ends of [[a.id], [a.id, b.id, b.id], [], undefined, a.id, [a.id, 5]]) await expectRejected(ends);
  });

  it('an interface linked to itself', async () => {
    const [a] = await createPair();
    await expectRejected([a.id, a.id]);
  });

  it('interfaces of two simulations', async () => {
    const [[a], [, b]] = [await createPair(), await createPair()];
    await expectRejected([a.id, b.id]);
  });

  it('unknown interfaces', async () => {
    const [a] = await createPair();
    for (const invalid of [NOTHING, a.node, GLOBEX_LAB]) await expectRejected([a.id, invalid]);
  });

  it('an interface that already has a link', async () => {
    const [a, b] = await createPair();
    const c = await air.interface({ node: b.node, name: 'c' });
    await done(201, `POST ${LINKS}`, { interfaces: [a.id, b.id] });
    await expectRejected([a.id, c.id]);
    await expectRejected([c.id, b.id]);
  });

  it('interfaces of another organisation', async () => {
    const [a, b] = await createPair();
    expectRefused(await air.globex(`POST ${LINKS}`, { interfaces: [a.id, b.id] }), 400, 'interfaces');
  });
});

it('a deleted link keeps its interfaces, which can be linked again', async () => {
  const ends = await createPair();
  const link = await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends) });

  await done(204, `DELETE ${LINKS}${link.id}/`);

  expectRefused(await admin(`GET ${LINKS}${link.id}/`), 404);
  for (const { id } of ends) await done(200, `GET ${INTERFACES}${id}/`);
  await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends) });
});

it('updating a link returns 405', async () => {
  expectRefused(await admin(`PATCH ${LINKS}${NOTHING}/`, {}), 405);
});

it('a breakout deletes the link of its interface', async () => {
  const ends = await createPair();
  const link = await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends) });

  await done(200, `POST ${INTERFACES}${ends[0].id}/breakout/`, { split_count: 2 });

  expectRefused(await admin(`GET ${LINKS}${link.id}/`), 404);
});
