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
  SERVICES,
} from '../../support/air-client.ts';

const air = await airServer();
const { admin, done } = air;

describe('creating', () => {
  it('needs a node and a name; the MAC address is administered locally, and its own', async () => {
    const { id: node } = await air.node();

    const made = await Promise.all(
      ['swp1', 'swp2', 'swp3'].map((name) => done(201, `POST ${INTERFACES}`, { node, name })),
    );

    for (const one of made) {
      expect(one).toMatchObject({ node, interface_type: 'DATA_PLANE_INTF', outbound: false, labels: null });
      expect(one.mac_address).toMatch(/^02(:[0-9a-f]{2}){5}$/);
      expect(await done(200, `GET ${INTERFACES}${one.id}/`)).toEqual(one);
    }
    expect(new Set(made.map(({ mac_address }) => mac_address)).size).toBe(3);
  });

  it('keeps what is given', async () => {
    const given = {
      name: 'e'.repeat(15),
      mac_address: '02:11:22:33:44:55',
      interface_type: 'OOB_INTF',
      outbound: true,
      labels: { a: 'b' },
    };

    expect(await air.interface(given)).toMatchObject(given);
  });

  it.each<[named: string, body: object]>([
    ['node', { node: NOTHING }],
    ['node', { node: GLOBEX_LAB }],
    ['node', { node: undefined }],
    ['name', { name: '' }],
    ['name', { name: 'e'.repeat(16) }],
    ['name', { name: undefined }],
    ['interface_type', { interface_type: 'WIFI' }],
    ['mac_address', { mac_address: 'none of this' }],
    ['mac_address', { mac_address: 5 }],
    ['outbound', { outbound: 'yes' }],
  ])('a wrong `%s` is refused by its name: %j', async (named, body) => {
    const { id: node } = await air.node();

    expectRefused(await admin(`POST ${INTERFACES}`, { node, name: 'swp1', ...body }), 400, named);
  });
});

it('updating changes what is given, and never the node', async () => {
  const before = await air.interface();
  const other = await air.node();

  const after = await done(200, `PATCH ${INTERFACES}${before.id}/`, { name: 'new', outbound: true, node: other.id });

  expect({ ...after, modified: '' }).toEqual({ ...before, name: 'new', outbound: true, modified: '' });
});

it('keeps its role and its scalable unit, and has all of its labels', async () => {
  const given = { interface_role: 'leaf', scalable_unit: 3, labels: { interface_role: 'spine' } };
  const one = await air.interface(given);

  expect(one).toMatchObject({ ...given, labels: { interface_role: 'spine', scalable_unit: null } });

  const changed = await done(200, `PATCH ${INTERFACES}${one.id}/`, { scalable_unit: 4, labels: { scalable_unit: 4 } });

  expect(changed).toMatchObject({ scalable_unit: 4, labels: { interface_role: null, scalable_unit: 4 } });
  expect(await done(200, `PATCH ${INTERFACES}${one.id}/`, { labels: null })).toMatchObject({ labels: null });
});

it('deleting takes links and services along, and leaves the other end', async () => {
  const mine = await air.interface();
  const { simulation } = await done(200, `GET ${NODES}${mine.node}/`);
  const theirs = await air.interface({ node: (await air.node({ simulation })).id });
  const link = await done(201, `POST ${LINKS}`, { interfaces: [mine.id, theirs.id] });
  const service = await done(201, `POST ${SERVICES}`, { interface: mine.id, node_port: 22 });

  await done(204, `DELETE ${INTERFACES}${mine.id}/`);

  for (const path of [`${INTERFACES}${mine.id}`, `${LINKS}${link.id}`, `${SERVICES}${service.id}`]) {
    expectRefused(await admin(`GET ${path}/`), 404);
  }
  await done(200, `GET ${INTERFACES}${theirs.id}/`);
});

describe('a breakout', () => {
  const partsOf = async (node: string) => (await air.all(`${INTERFACES}?node=${node}`)).filter(({ split }) => split);

  it('makes as many parts as are asked for, and is reverted', async () => {
    const whole = await air.interface({ name: 'swp1' });

    const parts = await done(200, `POST ${INTERFACES}${whole.id}/breakout/`, { split_count: 4 });

    expect(Array.isArray(parts)).toBe(true);
    expect(parts).toHaveLength(4);
    expect(new Set(parts.map(({ name }: { name: string }) => name)).size).toBe(4);
    expect(new Set(parts.map(({ mac_address }: { mac_address: string }) => mac_address)).size).toBe(4);
    for (const part of parts) expect(part).toMatchObject({ split: whole.id, node: whole.node });
    expect(idsOf(await partsOf(whole.node)).sort()).toEqual(idsOf(parts).sort());

    const reverted = await done(200, `POST ${INTERFACES}${whole.id}/revert-breakout/`);
    expect(reverted).toMatchObject({ id: whole.id, name: 'swp1', split: null });
    expect(await partsOf(whole.node)).toEqual([]);
    expect(await done(200, `POST ${INTERFACES}${whole.id}/breakout/`, { split_count: 2 })).toHaveLength(2);
  });

  it('is reverted from one of its parts as well, with what is on them', async () => {
    const whole = await air.interface();
    const [first] = await done(200, `POST ${INTERFACES}${whole.id}/breakout/`, { split_count: 2 });
    const service = await done(201, `POST ${SERVICES}`, { interface: first.id, node_port: 22 });

    expect((await done(200, `POST ${INTERFACES}${first.id}/revert-breakout/`)).id).toBe(whole.id);

    expect(await partsOf(whole.node)).toEqual([]);
    expectRefused(await admin(`GET ${SERVICES}${service.id}/`), 404);
  });

  it('of a long name has parts whose names are not too long', async () => {
    const whole = await air.interface({ name: 'abcdefghijklmno' });

    const parts = await done(200, `POST ${INTERFACES}${whole.id}/breakout/`, { split_count: 12 });

    expect(new Set(parts.map(({ name }: { name: string }) => name)).size).toBe(12);
  });

  it('of a part, a second one, and a revert of none are refused', async () => {
    const whole = await air.interface();
    expectRefused(await admin(`POST ${INTERFACES}${whole.id}/revert-breakout/`), 400);
    const [part] = await done(200, `POST ${INTERFACES}${whole.id}/breakout/`, { split_count: 2 });

    for (const id of [whole.id, part.id]) {
      expectRefused(await admin(`POST ${INTERFACES}${id}/breakout/`, { split_count: 2 }), 400);
    }
    expect(await partsOf(whole.node)).toHaveLength(2);
  });

  it.each([0, 1, -1, 1.5, '2', null, undefined, 10_000])('into %s is refused by its name', async (split_count) => {
    const { id } = await air.interface();

    expectRefused(await admin(`POST ${INTERFACES}${id}/breakout/`, { split_count }), 400, 'split_count');
  });

  it('goes with its interface', async () => {
    const whole = await air.interface();
    await done(200, `POST ${INTERFACES}${whole.id}/breakout/`, { split_count: 2 });

    await done(204, `DELETE ${INTERFACES}${whole.id}/`);

    expect(await air.all(`${INTERFACES}?node=${whole.node}`)).toEqual([]);
  });
});
