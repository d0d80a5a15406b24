import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { type FunctionRow, statusAt } from '../functions.ts';
import { amendTarget, listSecretNames } from './functions.ts';

/** Adds secrets to a version. Only the names are stored, because no operation returns the values. */
const updateFunctionSecrets: Handler<'nvcf', 'updateFunctionSecrets', FunctionRow> = async (context) => {
  const { params, target, now } = context;
  const { secrets } = context.body;
  const names = listSecretNames(secrets);
  const subject = `Function id '${params.functionId}', version '${params.versionId}'`;
  if (names.length === 0) throw new Problem('bad_state', `${subject}: Missing secrets in the payload`);
  if (new Set(names).size < names.length) {
    throw new Problem('bad_state', `${subject}: Duplicate secrets keys in the payload`);
  }
  const version = target.body;
  if (version.secretNames.length === 0 && statusAt(version, now) !== 'INACTIVE') {
    throw new Problem('bad_state', `${subject}: Add secrets only when the function is 'INACTIVE'`);
  }
  await amendTarget(context, (before) => ({ ...before, secretNames: [...new Set([...before.secretNames, ...names])] }));
  return { status: 204 };
};

export const secretOperations = { updateFunctionSecrets };
