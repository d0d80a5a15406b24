import type { Context, Handler } from '../../../contract/request.ts';
import { measureExtent } from '../lists.ts';
import type { Ports } from '../ports.ts';
import { checkParams, createProviderStates, findState, type ProviderState } from '../provider-states.ts';
import { recordSetup, removeSetup, type Setup, undoSetup } from '../state-undo.ts';

/** State values contain credentials. */
const NO_STORE = { 'cache-control': 'no-store' } as const;

/** Operations on provider states, for contract verifiers such as Pact's. */
export function stateOperations(ports: Ports) {
  const states = createProviderStates(ports);

  const list: Handler<'control', 'list_states'> = () => {
    const all = states.map(({ name, description, params }) => ({ name, description, params: [...params()] }));
    return { status: 200, body: { states: all, ...measureExtent(all) } };
  };

  const setUp = async (context: Context, state: ProviderState, setup: Setup) => {
    const { values, undo } = await state.setup(context, setup.params);
    if (undo === undefined) return values;
    const previous = await recordSetup(context, setup, undo).catch(async (thrown: unknown) => {
      // Otherwise no teardown could find it.
      await undoSetup(ports, context, undo);
      throw thrown;
    });
    // A world recreated with the same id is the new one, so keep it.
    if (previous !== null && previous.id !== undo.id) await undoSetup(ports, context, previous);
    return values;
  };

  const tearDown = async (context: Context, setup: Setup) => {
    const undo = await removeSetup(context, setup);
    if (undo !== null) await undoSetup(ports, context, undo);
    return {};
  };

  const change: Handler<'control', 'change_state'> = async (context) => {
    const { state: name, params, action = 'setup', consumer } = context.body;
    // Pact's verifier sends an empty state for interactions without a state.
    if (name === '') return { status: 200, body: {} };
    const state = findState(states, name);
    const setup = { state: name, params: params ?? {}, consumer: consumer ?? null };
    checkParams(state, setup.params);
    const values = action === 'setup' ? await setUp(context, state, setup) : await tearDown(context, setup);
    return { status: 200, headers: NO_STORE, body: values };
  };

  return { list_states: list, change_state: change };
}
