import type { Handler } from '../../../contract/request.ts';
import type { LoginClient } from '../../../contract/service.ts';
import { pageShortList } from '../lists.ts';
import type { Ports } from '../ports.ts';

/** Operations on the OAuth clients that users log in with. */
export function clientOperations({ loginClients }: Ports) {
  const list: Handler<'control', 'list_clients'> = async (context) => {
    const all = (await loginClients.list(context)).map((client, index) => {
      return { id: client.clientId, at: 0, position: [index] as const, client };
    });
    const { entries, extent } = pageShortList(all, context.query, 'oldest first');
    return { status: 200, body: { clients: entries.map(({ client }) => clientView(client)), ...extent } };
  };

  const create: Handler<'control', 'create_client'> = async (context) => {
    const { public: isPublic = true, clientId, redirectUris } = context.body;
    const client = { clientId, redirectUris, isPublic };
    const clientSecret = await loginClients.add(context, client);
    return { status: 201, body: { ...clientView(client), ...(clientSecret !== null && { clientSecret }) } };
  };

  const remove: Handler<'control', 'delete_client'> = async (context) => {
    await loginClients.remove(context, context.params.clientId);
    return { status: 204 };
  };

  return { list_clients: list, create_client: create, delete_client: remove };
}

function clientView({ clientId, redirectUris, isPublic }: LoginClient) {
  return { clientId, redirectUris: [...redirectUris], public: isPublic };
}
