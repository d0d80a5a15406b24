import type { Logins } from '../../contract/service.ts';
import { invalidRequest, Problem } from '../../decisions/problem.ts';
import { Collision, LimitReached, NotFound } from '../../store/errors.ts';
import { MAX_OAUTH_CLIENTS, oauthClientsIn } from './collections/oauth-clients.ts';
import { findConfidentialClient } from './operations/grants/clients.ts';
import { isRedirectUri, REDIRECT_URI_FORM } from './redirect-uris.ts';
import { generateSecret } from './secrets.ts';

export const listClients: Logins['listClients'] = async (context) =>
  (await oauthClientsIn(context).all()).map(({ clientId, redirectUris, secretHash }) => {
    return { clientId, redirectUris, public: secretHash === undefined };
  });

export const addClient: Logins['addClient'] = async (context, { clientId, redirectUris, public: isPublic = true }) => {
  for (const [index, uri] of redirectUris.entries()) {
    if (!isRedirectUri(uri)) {
      throw invalidRequest(`Field \`redirectUris[${index}]\` must be ${REDIRECT_URI_FORM}.`);
    }
  }
  // The token endpoints look up both kinds of clients by id.
  if ((await findConfidentialClient(context, clientId)) !== null) throw createTakenProblem();
  const generated = isPublic ? null : generateSecret(context);
  const client = { clientId, redirectUris, ...(generated && { secretHash: generated.secretHash }) };
  await oauthClientsIn(context)
    .add(client)
    .catch((thrown: unknown) => {
      if (thrown instanceof Collision) throw createTakenProblem();
      if (!(thrown instanceof LimitReached)) throw thrown;
      const message = `This world already has ${MAX_OAUTH_CLIENTS} OAuth clients, the maximum. Delete one with \`DELETE /_mock/clients/{clientId}\`.`;
      throw new Problem('conflict', message);
    });
  return { clientId, redirectUris, public: isPublic, ...(generated && { clientSecret: generated.secret }) };
};

export const removeClient: Logins['removeClient'] = async (context, clientId) => {
  const clients = oauthClientsIn(context);
  if (clients.isFromOption(clientId)) {
    throw new Problem(
      'conflict',
      'This client comes from `--redirect-uri` and cannot be deleted. Restart the server without that option.',
    );
  }
  await clients.remove(clientId).catch((thrown: unknown) => {
    throw thrown instanceof NotFound
      ? new Problem('not_found', 'No OAuth client has this id. `GET /_mock/clients` lists them.')
      : thrown;
  });
};

function createTakenProblem(): Problem {
  return new Problem(
    'conflict',
    'Field `clientId` is already in use in this world. Choose another id, or delete that client first.',
  );
}
