import type { LoginClient, LoginClients } from '../../contract/service.ts';
import { Problem } from '../../decisions/problem.ts';
import { Collision, LimitReached, NotFound } from '../../store/errors.ts';
import { MAX_OAUTH_CLIENTS, type OAuthClient, oauthClientsIn } from './collections/oauth-clients.ts';
import { findConfidentialClient } from './operations/grants/clients.ts';
import { isRedirectUri, REDIRECT_URI_FORM } from './redirect-uris.ts';
import { generateSecret } from './secrets.ts';

/** Manages the OAuth clients for user logins, for the control API. */
export const loginClients: LoginClients = {
  list: async (context) => (await oauthClientsIn(context).all()).map(renderClient),
  add: async (context, { clientId, redirectUris, isPublic }) => {
    for (const [index, uri] of redirectUris.entries()) {
      if (!isRedirectUri(uri)) {
        throw new Problem('invalid_request', `Field \`redirectUris[${index}]\` must be ${REDIRECT_URI_FORM}.`);
      }
    }
    // The token endpoints look up both kinds of clients by id.
    if ((await findConfidentialClient(context, clientId)) !== null) throw createTakenProblem();
    const generated = isPublic ? null : generateSecret(context);
    await addClient(context, { clientId, redirectUris, ...(generated && { secretHash: generated.secretHash }) });
    return generated?.secret ?? null;
  },
  remove: async (context, clientId) => {
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
  },
};

function renderClient({ clientId, redirectUris, secretHash }: OAuthClient): LoginClient {
  return { clientId, redirectUris, isPublic: secretHash === undefined };
}

/** Stores a client. @throws Problem `conflict` if its id is taken, or the world has the maximum number of clients */
async function addClient(context: Parameters<typeof oauthClientsIn>[0], client: OAuthClient): Promise<void> {
  try {
    await oauthClientsIn(context).add(client);
  } catch (thrown) {
    if (thrown instanceof Collision) throw createTakenProblem();
    if (!(thrown instanceof LimitReached)) throw thrown;
    const message = `This world already has ${MAX_OAUTH_CLIENTS} OAuth clients, the maximum. Delete one with \`DELETE /_mock/clients/{clientId}\`.`;
    throw new Problem('conflict', message);
  }
}

function createTakenProblem(): Problem {
  return new Problem(
    'conflict',
    'Field `clientId` is already in use in this world. Choose another id, or delete that client first.',
  );
}
