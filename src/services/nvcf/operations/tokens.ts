import type { Schema } from '../../../contract/documented.ts';
import type { Answer, AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { accountOf } from '../caller.ts';
import type { Invoked } from '../invocations.ts';
import { chooseVersion } from './invocation.ts';

/** In seconds; an assumption, because no published page says how long a token lasts. */
const LIFETIME = 3600;

type TokenFunction = Schema<'nvcf', 'TokenFunction'>;

/** Issues a signed token for a client of the account; the claims name the functions. */
async function issueToken(
  context: AuthenticatedContext,
  clientId: string,
  functions: readonly TokenFunction[],
): Promise<Answer<'nvcf', 'createInvocationToken'>> {
  const { caller, tokens, random, now, origin } = context;
  const iat = Math.floor(now / 1000);
  const access_token = await tokens.mint({
    iss: origin,
    sub: caller.principal.id,
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

const forFunction: Handler<'nvcf', 'createInvocationToken', Invoked> = (context) => {
  const { parent } = chooseVersion(context);
  return issueToken(context, context.body.clientId, [{ functionId: parent }]);
};

const forVersion: Handler<'nvcf', 'createVersionInvocationToken', Invoked> = (context) => {
  const { parent, id } = chooseVersion(context);
  return issueToken(context, context.body.clientId, [{ functionId: parent, functionVersionId: id }]);
};

const forSeveral: Handler<'nvcf', 'createMultiFunctionInvocationToken'> = (context) => {
  const { clientId, functions } = context.body;
  return issueToken(
    context,
    clientId,
    functions.map(({ functionId, functionVersionId }) => ({
      functionId,
      ...(functionVersionId !== undefined && { functionVersionId }),
    })),
  );
};

export const tokenOperations = {
  createInvocationToken: forFunction,
  createVersionInvocationToken: forVersion,
  createMultiFunctionInvocationToken: forSeveral,
};
