import type { Schema } from '../../../contract/documented.ts';
import type { Answer, AuthenticatedContext, Handler, Lookup } from '../../../contract/request.ts';
import type { ResourceAttributes } from '../../../decisions/decide.ts';
import { accountOf } from '../caller.ts';
import { findVisibleVersions } from '../functions.ts';
import type { Invoked } from '../invocations.ts';
import { chooseVersion } from './invocation.ts';

/** In seconds. An assumption: the vendor publishes no value. */
const LIFETIME_SECONDS = 3600;

type TokenFunction = Schema<'nvcf', 'TokenFunction'>;

/** Looks up the functions in a body. Never `nothing`, because the published code does not check that they exist. */
const functionsInBody: Lookup<null> = async (context) => {
  const { functions } = context.body as { readonly functions: readonly TokenFunction[] };
  const [first, ...relatedObjects] = await Promise.all(
    functions.map((namedFunction) => findAttributes(context, namedFunction)),
  );
  return { found: 'object', target: null, ...(first !== undefined && { attributes: { ...first, relatedObjects } }) };
};

async function findAttributes(
  context: AuthenticatedContext,
  namedFunction: TokenFunction,
): Promise<ResourceAttributes> {
  const functionId = namedFunction.functionId.toLowerCase();
  const versionId = namedFunction.functionVersionId?.toLowerCase();
  const lookedUp = await findVisibleVersions(context.store.collections, functionId, accountOf(context));
  const relation = (lookedUp.found === 'object' && lookedUp.attributes?.relation) || 'owned';
  const names = {
    function: [functionId],
    ...(versionId !== undefined && { 'function-versions': [`${functionId}/${versionId}`] }),
  };
  return { relation, names };
}

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
    exp: iat + LIFETIME_SECONDS,
    jti: random.uuid(),
    ncaId: accountOf(context),
    scopes: ['invoke_function'],
    functions,
  });
  return { status: 200, body: { access_token, expires_in: LIFETIME_SECONDS } };
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

export const tokenLookups = { functionsInBody };

export const tokenOperations = {
  createInvocationToken: forFunction,
  createVersionInvocationToken: forVersion,
  createMultiFunctionInvocationToken: forSeveral,
};
