import { describe, expect, it } from 'vitest';
import {
  airServer,
  expectRefused,
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
  it('requires a node and a name, and generates a unique local MAC address', async () => {
    const { id: node } = await air.node();

    const created = await Promise.all(
      ['swp1', 'swp2', 'swp3'].map((name) => done(201, `POST ${INTERFACES}`, { node, name })),
    );

    for (const item of created) {
      expect(item).toMatchObject({ node, interface_type: 'DATA_PLANE_INTF', outbound: false, labels: null });
      expect(item.mac_address).toMatch(/^02(:[0-9a-f]{2}){5}$/);
      expect(await done(200, `GET ${INTERFACES}${item.id}/`)).toEqual(item);
    }
    expect(new Set(created.map(({ mac_address }) => mac_address)).size).toBe(3);
  });

  it('on a node that is not visible returns 400 and names `node`', async () => {
    expectRefused(await admin(`POST ${INTERFACES}`, { node: NOTHING, name: 'swp1' }), 400, 'node');
  });
});

it('an update changes only the members of the request, and never the node', async () => {
  const before = await air.interface();
  const target = await air.node();

  const after = await done(200, `PATCH ${INTERFACES}${before.id}/`, { name: 'new', outbound: true, node: target.id });

  expect({ ...after, modified: '' }).toEqual({ ...before, name: 'new', outbound: true, modified: '' });
});

it('an interface stores its role and scalable unit, and an update replaces its labels', async () => {
  const body = { interface_role: 'leaf', scalable_unit: 3, labels: { interface_role: 'spine' } };
  const created = await air.interface(body);

  expect(created).toMatchObject({ ...body, labels: { interface_role: 'spine', scalable_unit: null } });

  const changed = await done(200, `PATCH ${INTERFACES}${created.id}/`, {
    scalable_unit: 4,
    labels: { scalable_unit: 4 },
  });

  expect(changed).toMatchObject({ scalable_unit: 4, labels: { interface_role: null, scalable_unit: 4 } });
  expect(await done(200, `PATCH ${INTERFACES}${created.id}/`, { labels: null })).toMatchObject({ labels: null });
});

describe('a breakout', () => {
  const listOfNode = (node: string) => air.all(`${INTERFACES}?node=${node}&ordering=name`);
  const namesOf = async (node: string) => (await listOfNode(node)).map(({ name }) => name);
  const breakOut = (id: string, split_count: number) => done(200, `POST ${INTERFACES}${id}/breakout/`, { split_count });
  const revert = (id: string) => done(200, `POST ${INTERFACES}${id}/revert-breakout/`);

  it('renames the interface and creates the other parts', async () => {
    const whole = await air.interface({ name: 'swp1' });

    const parts = await breakOut(whole.id, 4);

    expect(parts).toMatchObject([
      { id: whole.id, name: 'swp1s0', mac_address: whole.mac_address },
      { name: 'swp1s1' },
      { name: 'swp1s2' },
      { name: 'swp1s3' },
    ]);
    expect(new Set(parts.map(({ mac_address }: { mac_address: string }) => mac_address)).size).toBe(4);
    for (const part of parts) expect(part).toMatchObject({ split: '4', node: whole.node });
    expect(await namesOf(whole.node)).toEqual(['swp1s0', 'swp1s1', 'swp1s2', 'swp1s3']);
  });

  it('can be reverted from any part, and restores the name of the interface', async () => {
    const whole = await air.interface({ name: 'swp1' });
    const neighbor = await air.interface({ name: 'swp10s1', node: whole.node });

    for (const index of [0, 11]) {
      const parts = await breakOut(whole.id, 12);
      expect(await revert(parts[index].id)).toMatchObject({ id: whole.id, name: 'swp1', split: null });
      expect(idsOf(await listOfNode(whole.node)).sort()).toEqual([whole.id, neighbor.id].sort());
    }
  });

  it('and its reversal delete the links of the parts', async () => {
    const [whole, peer] = [await air.interface({ name: 'swp1' }), await air.interface({ name: 'swp1' })];
    const { simulation } = await done(200, `GET ${NODES}${whole.node}/`);
    const near = await air.interface({ name: 'near', node: (await air.node({ simulation })).id });
    await done(201, `POST ${LINKS}`, { interfaces: [whole.id, near.id] });

    const [first, second] = await breakOut(whole.id, 2);
    expect(await air.all(`${LINKS}?simulation=${simulation}`)).toEqual([]);
    await done(201, `POST ${LINKS}`, { interfaces: [first.id, second.id] });
    await revert(second.id);

    expect(await air.all(`${LINKS}?simulation=${simulation}`)).toEqual([]);
    expect((await done(200, `GET ${INTERFACES}${peer.id}/`)).name).toBe('swp1');
  });

  it('cannot be reverted while a part has a service', async () => {
    const whole = await air.interface();
    const [first, second] = await breakOut(whole.id, 2);
    const service = await done(201, `POST ${SERVICES}`, { interface: second.id, node_port: 22 });

    expectRefused(await admin(`POST ${INTERFACES}${first.id}/revert-breakout/`), 400, 'has a service');

    await done(204, `DELETE ${SERVICES}${service.id}/`);
    await revert(first.id);
  });

  it('can be reverted after its parts are renamed', async () => {
    const whole = await air.interface({ name: 'swp1' });
    const [first, second] = await breakOut(whole.id, 3);
    await done(200, `PATCH ${INTERFACES}${first.id}/`, { name: 'uplink' });
    await done(200, `PATCH ${INTERFACES}${second.id}/`, { name: 'swp1' });

    expect(await revert(second.id)).toMatchObject({ id: whole.id, name: 'swp1', split: null });
    expect(await namesOf(whole.node)).toEqual(['swp1']);
    expectRefused(await admin(`POST ${INTERFACES}${whole.id}/revert-breakout/`), 400, 'not broken out');
    expect(await breakOut(whole.id, 2)).toHaveLength(2);
  });

  it('can be reverted after its first part is deleted', async () => {
    const whole = await air.interface({ name: 'swp1' });
    const [first, second, third] = await breakOut(whole.id, 3);
    await done(204, `DELETE ${INTERFACES}${first.id}/`);

    expect(await revert(third.id)).toMatchObject({ id: second.id, name: 'swp1', split: null });
    expect(await namesOf(whole.node)).toEqual(['swp1']);
  });

  it('returns 400 while another interface of the node has the name of a part', async () => {
    const whole = await air.interface({ name: 'swp1' });
    const neighbor = await air.interface({ name: 'swp1s1', node: whole.node });

    expectRefused(await admin(`POST ${INTERFACES}${whole.id}/breakout/`, { split_count: 2 }), 400, '`swp1s1`');
    expect(await namesOf(whole.node)).toEqual(['swp1', 'swp1s1']);

    await done(204, `DELETE ${INTERFACES}${neighbor.id}/`);
    await breakOut(whole.id, 2);
  });

  it('cannot be reverted while another interface of the node has the original name', async () => {
    const whole = await air.interface({ name: 'swp1' });
    await breakOut(whole.id, 2);
    const neighbor = await air.interface({ name: 'swp1', node: whole.node });

    expectRefused(await admin(`POST ${INTERFACES}${whole.id}/revert-breakout/`), 400, '`swp1`');
    expect(await namesOf(whole.node)).toEqual(['swp1', 'swp1s0', 'swp1s1']);

    await done(200, `PATCH ${INTERFACES}${neighbor.id}/`, { name: 'swp2' });
    expect(await revert(whole.id)).toMatchObject({ name: 'swp1' });
  });

  it('can be reverted in a clone without changing the original', async () => {
    const whole = await air.interface({ name: 'swp1' });
    const [first] = await breakOut(whole.id, 2);
    await done(200, `PATCH ${INTERFACES}${first.id}/`, { name: 'uplink' });
    const { simulation } = await done(200, `GET ${NODES}${whole.node}/`);
    const clone = await done(201, 'POST simulations/clone/', { simulation });
    const [copy] = await air.all(`${INTERFACES}?simulation=${clone.id}&ordering=-name`);

    expect(copy.name).toBe('uplink');
    expect(await revert(copy.id)).toMatchObject({ id: copy.id, name: 'swp1', split: null });
    expect(await namesOf(copy.node)).toEqual(['swp1']);
    expect(await namesOf(whole.node)).toEqual(['swp1s1', 'uplink']);
  });

  it('returns 400 for a long name and for another interface type', async () => {
    const long = await air.interface({ name: 'abcdefghijklmn' });
    const oob = await air.interface({ interface_type: 'OOB_INTF' });

    expectRefused(await admin(`POST ${INTERFACES}${long.id}/breakout/`, { split_count: 2 }), 400, 'too long');
    expectRefused(await admin(`POST ${INTERFACES}${oob.id}/breakout/`, { split_count: 2 }), 400, 'DATA_PLANE_INTF');
  });

  it('returns 400 for a part', async () => {
    const whole = await air.interface();
    const [first, second] = await breakOut(whole.id, 2);

    for (const id of [first.id, second.id]) {
      expectRefused(await admin(`POST ${INTERFACES}${id}/breakout/`, { split_count: 2 }), 400);
    }
    expect(await listOfNode(whole.node)).toHaveLength(2);
  });

  it('is set when an interface is created with `split` in dsx', async () => {
    const dsx = await airServer({ air: 'dsx' });
    const first = await dsx.interface({ name: 'swp1s0', split: '2' });
    const second = await dsx.interface({ name: 'swp1s1', split: '2', node: first.node });

    expect(second.split).toBe('2');
    expect(await dsx.done(200, `POST ${INTERFACES}${second.id}/revert-breakout/`)).toMatchObject({
      id: first.id,
      name: 'swp1',
    });
    expect((await air.interface({ name: 'swp1s0', split: '2' })).split).toBeNull();

    const plain = await dsx.interface({ name: 'uplink', split: '2' });
    expect(await dsx.done(200, `POST ${INTERFACES}${plain.id}/revert-breakout/`)).toMatchObject({
      name: 'uplink',
      split: null,
    });
  });
});
