import type { Handler } from '../../../contract/request.ts';
import { MODES, type Modes } from '../../../decisions/mode.ts';
import { Problem } from '../../../decisions/problem.ts';

const respond = ({ mode, prefer }: Modes) => ({ status: 200, body: { mode, prefer } }) as const;

/** `enforce` refuses requests without the required rights; `observe` only records them. */
const get: Handler<'control', 'get_mode'> = ({ world }) => respond(world);

const set: Handler<'control', 'set_mode'> = async ({ world, body: { mode, prefer } }) => {
  if (mode === undefined && prefer === undefined) {
    throw new Problem(
      'invalid_request',
      `Fields \`mode\` and \`prefer\` are missing. Send \`mode\` (${MODES.join(' or ')}), \`prefer\` (true or false), or both.`,
    );
  }
  await world.setModes({ ...(mode !== undefined && { mode }), ...(prefer !== undefined && { prefer }) });
  return respond(world);
};

export const modeOperations = { get_mode: get, set_mode: set };
