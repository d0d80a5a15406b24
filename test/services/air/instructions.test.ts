import { expect, it } from 'vitest';
import { airServer, expectRefused, GLOBEX_LAB, INSTRUCTIONS } from '../../support/air-client.ts';

const air = await airServer();
const { admin, done } = air;

const createInstruction = async (overrides: object = {}) => {
  const { id } = await air.node();
  const body = { node: id, executor: 'shell', data: { commands: ['ls'] }, ...overrides };
  return done(201, `POST ${INSTRUCTIONS}`, body);
};

it('an instruction has its executor in its data', async () => {
  const instruction = await createInstruction();

  expect(instruction).toMatchObject({ data: { executor: 'shell', commands: ['ls'] }, run_again_on_rebuild: false });
  expect(instruction).toMatchObject({ name: expect.any(String), state: expect.any(String) });
  expect(await done(200, `GET ${INSTRUCTIONS}${instruction.id}/`)).toEqual(instruction);
});

it.each<[field: string, body: object]>([
  ['node', { node: GLOBEX_LAB }],
  ['data.files', { executor: 'file' }],
  ['data.commands.0', { data: { commands: [5] } }],
  ['data.zzz', { data: { commands: [], zzz: 1 } }],
  ['data.executor', { data: { commands: [], executor: 'shell' } }],
  ['data.post_commands', { data: { commands: [], post_commands: ['ls'] } }],
  ['data.commands[0]', { data: { commands: [5], hostname: 'fits another executor' } }],
])('an invalid `%s` returns 400 and is named: %j', async (field, overrides) => {
  const { id } = await air.node();
  const body = { node: id, executor: 'shell', data: { commands: [] }, ...overrides };

  expectRefused(await admin(`POST ${INSTRUCTIONS}`, body), 400, field);
});

it('an update changes only the name and `run_again_on_rebuild`', async () => {
  const instruction = await createInstruction();
  const patch = (body: object) => done(200, `PATCH ${INSTRUCTIONS}${instruction.id}/`, body);

  expect(await patch({ run_again_on_rebuild: true })).toMatchObject({
    data: instruction.data,
    run_again_on_rebuild: true,
  });
  expect(await patch({ name: 'other' })).toMatchObject({
    name: 'other',
    run_again_on_rebuild: true,
    data: instruction.data,
  });
  // The SDK cannot change other members.
  expect(await patch({ executor: 'file', node: (await air.node()).id })).toMatchObject({
    node: instruction.node,
    data: instruction.data,
  });
});
