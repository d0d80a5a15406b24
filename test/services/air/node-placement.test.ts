import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal } from '../../support/air-images.ts';

describe('the placement group of a node', async () => {
  const server = await airImagesServer({ air: 'dsx' });
  const { acme } = server;
  const createNode = async (overrides: object = {}) => {
    const simulation = (await acme('POST simulations/', { name: 'grouped' })).body.id;
    return (await acme('POST simulations/nodes/', { name: 'n1', simulation, ...overrides })).body;
  };

  it('is empty by default, and trimmed', async () => {
    expect((await createNode()).placement_group).toBe('');
    const { id, placement_group } = await createNode({ placement_group: ' rack-a ' });
    expect(placement_group).toBe('rack-a');
    expect((await acme(`PATCH simulations/nodes/${id}/`, { placement_group: '' })).body.placement_group).toBe('');
  });

  it('has at most 64 characters and cannot be null', async () => {
    const { id } = await createNode({ placement_group: ` ${'x'.repeat(64)} ` });
    for (const placement_group of ['x'.repeat(65), null]) {
      expectRefusal(await acme(`PATCH simulations/nodes/${id}/`, { placement_group }), 400, /`placement_group`/);
    }
  });

  it('can change only while the simulation is inactive and has no checkpoints', async () => {
    const { id, simulation } = await createNode();
    await acme(`PATCH simulations/${simulation}/start/`, {});
    const change = { placement_group: 'rack-a' };
    expectRefusal(await acme(`PATCH simulations/nodes/${id}/`, change), 400, /`ACTIVE`.*`INACTIVE`/);
    expect((await acme(`PATCH simulations/nodes/${id}/`, { name: 'n2' })).status).toBe(200);
    await acme(`PATCH simulations/${simulation}/shutdown/`, {});
    expectRefusal(await acme(`PATCH simulations/nodes/${id}/`, change), 400, /checkpoints/);
  });

  it('is cloned, and so are the management interfaces', async () => {
    const management_interfaces = { eth0: { ip: '192.0.2.1', mac_address: null }, eth1: { ip: null } };
    const { simulation } = await createNode({ placement_group: 'rack-a', management_interfaces });
    const copy = (await acme('POST simulations/clone/', { simulation })).body.id;

    expect((await acme(`GET simulations/nodes/?simulation=${copy}`)).body.results).toMatchObject([
      { placement_group: 'rack-a', management_interfaces },
    ]);
  });
});
