import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Lookup, OutcomeOf } from '../../../contract/request.ts';
import { requireAccount } from '../caller.ts';
import { findVisibleVersions } from '../functions.ts';
import type { InvocationTarget } from '../invocations.ts';
import { chooseVersion } from './invocation.ts';

/** The lifetime of a token. An assumption: the vendor publishes no value. */
const TOKEN_LIFETIME_SECONDS = 3600;

type TokenFunction = Schema<'nvcf', 'TokenFunction'>;

/** Returns the names of the functions in a body. Their versions may not exist: the published code does not check that. */
const functionsInBody: Lookup<null> = async (context) => {
  const { functions } = context.body as { readonly functions: readonly TokenFunction[] };
  const [first, ...relatedObjects] = await Promise.all(
    functions.map((namedFunction) => findAttributes(context, namedFunction)),
  );
  return { found: 'object', target: null, ...(first !== undefined && { attributes: { ...first, relatedObjects } }) };
};

async function findAttributes(context: AuthenticatedContext, namedFunction: TokenFunction) {
  const functionId = namedFunction.functionId.toLowerCase();
  const versionId = namedFunction.functionVersionId?.toLowerCase();
  const lookedUp = await findVisibleVersions(context.store.collections, functionId, requireAccount(context));
  // An unknown function counts as the account's own.
  const relation = lookedUp.found === 'object' ? (lookedUp.attributes?.relation ?? 'owned') : 'owned';
  const names = {
    function: [functionId],
    ...(versionId !== undefined && { 'function-versions': [`${functionId}/${versionId}`] }),
  };
  return { relation, names };
}

async function issueToken(
  context: AuthenticatedContext,
  clientId: string,
  functions: readonly TokenFunction[],
): Promise<OutcomeOf<'nvcf', 'createInvocationToken'>> {
  const { caller, tokens, random, now, origin } = context;
  const iat = Math.floor(now / 1000);
  const access_token = await tokens.mint({
    iss: origin,
    sub: caller.principal.id,
    azp: clientId,
    typ: 'Bearer',
    iat,
    exp: iat + TOKEN_LIFETIME_SECONDS,
    jti: random.uuid(),
    ncaId: requireAccount(context),
    scopes: ['invoke_function'],
    functions,
  });
  return { status: 200, body: { access_token, expires_in: TOKEN_LIFETIME_SECONDS } };
}

const createInvocationToken: Handler<'nvcf', 'createInvocationToken', InvocationTarget> = (context) => {
  const { parent } = chooseVersion(context);
  return issueToken(context, context.body.clientId, [{ functionId: parent }]);
};

const createVersionInvocationToken: Handler<'nvcf', 'createVersionInvocationToken', InvocationTarget> = (context) => {
  const { parent, id } = chooseVersion(context);
  return issueToken(context, context.body.clientId, [{ functionId: parent, functionVersionId: id }]);
};

const createMultiFunctionInvocationToken: Handler<'nvcf', 'createMultiFunctionInvocationToken'> = (context) => {
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
  createInvocationToken,
  createVersionInvocationToken,
  createMultiFunctionInvocationToken,
};
