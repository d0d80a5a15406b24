import { expect, it } from 'vitest';
import { airServer, expectRefused, GLOBEX_LAB, INSTRUCTIONS, NOTHING } from '../../support/air-client.ts';

const air = await airServer();
const { admin, done } = air;

const made = async (more: object = {}) => {
  const { id } = await air.node();
  const body = { node: id, executor: 'shell', data: { commands: ['ls'] }, ...more };
  return done(201, `POST ${INSTRUCTIONS}`, body);
};

it('an instruction has its executor among its data', async () => {
  const one = await made();

  expect(one).toMatchObject({ data: { executor: 'shell', commands: ['ls'] }, run_again_on_rebuild: false });
  expect(one).toMatchObject({ name: expect.any(String), state: expect.any(String) });
  expect(await done(200, `GET ${INSTRUCTIONS}${one.id}/`)).toEqual(one);
});

it('what is given is kept', async () => {
  const one = await made({ executor: 'init', data: { hostname: 'h' }, name: 'n', run_again_on_rebuild: true });

  expect(one).toMatchObject({ data: { executor: 'init', hostname: 'h' }, name: 'n', run_again_on_rebuild: true });
});

it.each<[named: string, body: object]>([
  ['node', { node: NOTHING }],
  ['node', { node: GLOBEX_LAB }],
  ['node', { node: undefined }],
  ['data.files', { executor: 'file' }],
  ['data.files', { executor: 'file', data: { files: 5 } }],
  ['data.commands.0', { data: { commands: [5] } }],
  ['data.zzz', { data: { commands: [], zzz: 1 } }],
  ['data.executor', { data: { commands: [], executor: 'shell' } }],
  ['data.post_commands', { data: { commands: [], post_commands: ['ls'] } }],
  ['data.commands[0]', { data: { commands: [5], hostname: 'fits another executor' } }],
  ['executor', { executor: 'magic' }],
  ['executor', { executor: undefined }],
  ['data', { data: 'ls' }],
  ['data', { data: undefined }],
  ['run_again_on_rebuild', { run_again_on_rebuild: 'yes' }],
])('a wrong `%s` is refused by its name: %j', async (named, wrong) => {
  const { id } = await air.node();
  const body = { node: id, executor: 'shell', data: { commands: [] }, ...wrong };

  expectRefused(await admin(`POST ${INSTRUCTIONS}`, body), 400, named);
});

it('changing one keeps what is not given', async () => {
  const one = await made();
  const patch = (body: object) => done(200, `PATCH ${INSTRUCTIONS}${one.id}/`, body);

  expect(await patch({ run_again_on_rebuild: true })).toMatchObject({ data: one.data, run_again_on_rebuild: true });
  expect(await patch({ name: 'other' })).toMatchObject({ name: 'other', run_again_on_rebuild: true, data: one.data });
  // The SDK changes nothing else.
  expect(await patch({ executor: 'file', node: (await air.node()).id })).toMatchObject({
    node: one.node,
    data: one.data,
  });
});

it('deleting one', async () => {
  const { id } = await made();

  await done(204, `DELETE ${INSTRUCTIONS}${id}/`);

  expectRefused(await admin(`GET ${INSTRUCTIONS}${id}/`), 404);
});
