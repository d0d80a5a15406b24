import { expect, it } from 'vitest';
import { listeningServer } from '../support/listening.ts';

it('a simulation lives from its creation to its deletion, each step with a key for that step alone', async () => {
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
  const keyWith = async (name: string, ...scopes: string[]) => {
    const order = { type: 'service', name, services: ['air'], scopes: ['air:access', ...scopes] };
    const { status, body } = await call(null, 'POST /_mock/keys', order);
    expect(status, JSON.stringify(body)).toBe(201);
    return body.key as string;
  };
  const keys = {
    read: await keyWith('reads', 'air:simulation_read'),
    create: await keyWith('creates', 'air:simulation_create'),
    edit: await keyWith('edits', 'air:simulation_edit'),
    run: await keyWith('runs', 'air:simulation_start_stop'),
    delete: await keyWith('deletes', 'air:simulation_delete'),
  };
  /** Takes a step with its key, after every other key was refused. */
  const step = async (which: keyof typeof keys, status: number, path: string, body?: unknown) => {
    const [method, rest] = path.split(' ');
    const request = `${method} /api/v3/simulations/${rest}`;
    for (const [name, key] of Object.entries(keys)) {
      if (name === which) continue;
      expect((await call(key, request, body)).status, `${request} with the key that ${name}s`).toBe(403);
    }
    const answer = await call(keys[which], request, body);
    expect(answer.status, `${request}: ${JSON.stringify(answer.body)}`).toBe(status);
    return answer.body;
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
  for (const one of [first.id, id, clone.id]) await step('delete', 204, `DELETE ${one}/`);
  expect((await step('read', 200, 'GET ?name=copy')).count).toBe(0);
});
