import type { Context, Handler, Outcome } from '../../../contract/request.ts';
import { accountOf, callerOf } from '../caller.ts';
import { chosen } from './invocation.ts';

/** Seconds; no published page says how long one lasts. */
const LIFETIME = 3600;

interface TokenFunction {
  readonly functionId: string;
  readonly functionVersionId?: string;
}

/** A signed token for a client of the account; what it opens is in its claims. */
async function issued(context: Context, functions: readonly TokenFunction[]): Promise<Outcome> {
  const { tokens, random, now, origin } = context;
  const { clientId } = context.body as { clientId: string };
  const iat = Math.floor(now / 1000);
  const access_token = await tokens.mint({
    iss: origin,
    sub: callerOf(context).principal.id,
    azp: clientId,
    typ: 'Bearer',
    iat,
    exp: iat + LIFETIME,
    jti: random.uuid(),
    ncaId: accountOf(context),
    scopes: ['invoke_function'],
    functions,
  });
  return { status: 200, body: { access_token, expires_in: LIFETIME } };
}

const forOne: Handler = (context) => {
  const { parent, id } = chosen(context);
  const isVersion = context.params['versionId'] !== undefined;
  return issued(context, [{ functionId: parent, ...(isVersion && { functionVersionId: id }) }]);
};

const forSeveral: Handler = (context) => {
  const { functions } = context.body as { functions: readonly TokenFunction[] };
  return issued(
    context,
    functions.map(({ functionId, functionVersionId }) => ({
      functionId,
      ...(functionVersionId !== undefined && { functionVersionId }),
    })),
  );
};

export const tokenOperations = {
  createInvocationToken: forOne,
  createVersionInvocationToken: forOne,
  createMultiFunctionInvocationToken: forSeveral,
};
