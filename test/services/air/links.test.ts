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

const air = await airServer();
const { admin, done } = air;

/** Two interfaces of two nodes of one simulation. */
async function pair() {
  const first = await air.node({ name: 'first' });
  const second = await air.node({ name: 'second', simulation: first.simulation });
  return [
    await air.interface({ node: first.id, name: 'a' }),
    await air.interface({ node: second.id, name: 'b' }),
  ] as const;
}

it('a field that repeats another one may be sent along, and is a finding if it contradicts the other', async () => {
  const ends = await pair();
  const { simulation } = await done(200, `GET ${NODES}${ends[0].node}/`);
  const findings = async () =>
    (await air.call('GET /_mock/findings')).body.findings.map(
      ({ kind, message }: { kind: string; message: string }) => [kind, message],
    );
  const link = { interfaces: idsOf(ends), interface: ends[1].id, node: ends[0].node };
  const { id } = await done(201, `POST ${LINKS}`, { ...link, simulation });
  await done(204, `DELETE ${LINKS}${id}/`);
  expect(await findings()).toEqual([]);

  await done(201, `POST ${LINKS}`, { ...link, simulation: NOTHING });
  await done(201, `POST ${INTERFACES}`, { node: ends[0].node, name: 'c', simulation: NOTHING });

  expect(await findings()).toEqual(
    ['interfaces', 'links'].map((list) => [
      'ignored_field',
      `A request to create one of \`${list}\` has a \`simulation\` that contradicts its other fields. It was ignored: the \`simulation\` is \`${simulation}\`.`,
    ]),
  );
});

it('a link shows both of its ends with their names, also after they were changed', async () => {
  const ends = await pair();

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

describe('what cannot be linked is refused by its name:', () => {
  const refused = async (interfaces: unknown) =>
    expectRefused(await admin(`POST ${LINKS}`, { interfaces }), 400, 'interfaces');

  it('one, three or none', async () => {
    const [a, b] = await pair();
    for (const ends of [[a.id], [a.id, b.id, b.id], [], undefined, a.id, [a.id, 5]]) await refused(ends);
  });

  it('an interface with itself', async () => {
    const [a] = await pair();
    await refused([a.id, a.id]);
  });

  it('interfaces of two simulations', async () => {
    const [[a], [, b]] = [await pair(), await pair()];
    await refused([a.id, b.id]);
  });

  it('interfaces that do not exist, or are something else', async () => {
    const [a] = await pair();
    for (const other of [NOTHING, a.node, GLOBEX_LAB]) await refused([a.id, other]);
  });

  it('an interface that has a link', async () => {
    const [a, b] = await pair();
    const c = await air.interface({ node: b.node, name: 'c' });
    await done(201, `POST ${LINKS}`, { interfaces: [a.id, b.id] });
    await refused([a.id, c.id]);
    await refused([c.id, b.id]);
  });

  it('interfaces of another organisation', async () => {
    const [a, b] = await pair();
    expectRefused(await air.globex(`POST ${LINKS}`, { interfaces: [a.id, b.id] }), 400, 'interfaces');
  });
});

it('a link goes alone, and its ends can be linked again', async () => {
  const ends = await pair();
  const link = await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends) });

  await done(204, `DELETE ${LINKS}${link.id}/`);

  expectRefused(await admin(`GET ${LINKS}${link.id}/`), 404);
  for (const { id } of ends) await done(200, `GET ${INTERFACES}${id}/`);
  await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends) });
});

it('a link cannot be changed', async () => {
  expectRefused(await admin(`PATCH ${LINKS}${NOTHING}/`, {}), 405);
});

it('a breakout takes the link of its interface along', async () => {
  const ends = await pair();
  const link = await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends) });

  await done(200, `POST ${INTERFACES}${ends[0].id}/breakout/`, { split_count: 2 });

  expectRefused(await admin(`GET ${LINKS}${link.id}/`), 404);
});
