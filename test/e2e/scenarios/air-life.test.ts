import { expect, it } from 'vitest';
import { listeningServer } from '../../support/listening.ts';

it('a simulation is created, started, edited, cloned and deleted, each step with a key for that step only', async () => {
  const { url } = await listeningServer();
  const call = async (key: string | null, request: string, body?: unknown) => {
    const [method = 'GET', path] = request.split(' ');
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const createKey = async (name: string, ...scopes: string[]) => {
    const options = { type: 'service', name, services: ['air'], scopes: ['air:access', ...scopes] };
    const { status, body } = await call(null, 'POST /_mock/keys', options);
    expect(status, JSON.stringify(body)).toBe(201);
    return body.key as string;
  };
  const keys = {
    read: await createKey('reads', 'air:simulation_read'),
    create: await createKey('creates', 'air:simulation_create'),
    edit: await createKey('edits', 'air:simulation_edit'),
    run: await createKey('runs', 'air:simulation_start_stop'),
    delete: await createKey('deletes', 'air:simulation_delete'),
  };
  /** Takes a step with its key, after a request with each of the other keys is rejected. */
  const step = async (keyName: keyof typeof keys, status: number, path: string, body?: unknown) => {
    const [method, rest] = path.split(' ');
    const request = `${method} /api/v3/simulations/${rest}`;
    for (const [name, key] of Object.entries(keys)) {
      if (name === keyName) continue;
      expect((await call(key, request, body)).status, `${request} with the key that ${name}s`).toBe(403);
    }
    const response = await call(keys[keyName], request, body);
    expect(response.status, `${request}: ${JSON.stringify(response.body)}`).toBe(status);
    return response.body;
  };

  const first = await step('create', 201, 'POST ', { name: 'by hand' });
  const nodes = { a: { os: 'generic/ubuntu2204' }, b: { os: 'generic/ubuntu2204' } };
  const links = [
    [
      { node: 'a', interface: 'eth1' },
      { node: 'b', interface: 'eth1' },
    ],
  ];
  const file = { format: 'JSON', name: 'from a file', content: { nodes, links } };
  const { id } = await step('create', 201, 'POST import/', file);
  expect((await step('run', 200, `PATCH ${id}/start/`, {})).state).toBe('ACTIVE');
  const node = await step('edit', 201, 'POST nodes/', { name: 'c', simulation: id });
  const port = await step('edit', 201, 'POST nodes/interfaces/', { name: 'eth1', node: node.id });
  await step('edit', 201, 'POST nodes/interfaces/services/', {
    interface: port.id,
    node_port: 22,
    service_type: 'SSH',
  });
  expect((await step('run', 200, `PATCH ${id}/shutdown/`, {})).state).toBe('INACTIVE');
  const [checkpoint] = (await step('read', 200, `GET runs/checkpoints/?simulation=${id}`)).results;
  await step('edit', 200, `PATCH runs/checkpoints/${checkpoint.id}/`, { favorite: true });
  const clone = await step('create', 201, 'POST clone/', { simulation: id, name: 'copy' });
  const exported = await step('read', 200, `GET ${clone.id}/export/`);
  expect(Object.keys(exported.content.nodes)).toEqual(['a', 'b', 'c']);
  expect(exported.content.links).toEqual(links);
  for (const simulationId of [first.id, id, clone.id]) await step('delete', 204, `DELETE ${simulationId}/`);
  expect((await step('read', 200, 'GET ?name=copy')).count).toBe(0);
});
