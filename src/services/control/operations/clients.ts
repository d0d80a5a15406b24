import type { Handler } from '../../../contract/request.ts';
import type { LoginClient, LoginClients } from '../../../contract/service.ts';
import type { ControlledServer } from '../controlled-server.ts';
import { pageShortList } from '../lists.ts';

/** Operations on the OAuth clients that users log in with. */
export function clientOperations({ server }: ControlledServer) {
  /** Returns those of the only service with logins. */
  const findLoginClients = (): LoginClients => {
    const [first] = server.services.flatMap(({ tokens }) => tokens?.loginClients ?? []);
    if (first === undefined) throw new Error('no service has logins of users');
    return first;
  };

  const list: Handler<'control', 'list_clients'> = async (context) => {
    const all = (await findLoginClients().list(context)).map((client, index) => {
      return { id: client.clientId, at: 0, position: [index] as const, client };
    });
    const { entries, extent } = pageShortList(all, context.query, 'oldest first');
    return { status: 200, body: { clients: entries.map(({ client }) => clientView(client)), ...extent } };
  };

  const create: Handler<'control', 'create_client'> = async (context) => {
    const { public: isPublic = true, clientId, redirectUris } = context.body;
    const client = { clientId, redirectUris, isPublic };
    const clientSecret = await findLoginClients().add(context, client);
    return { status: 201, body: { ...clientView(client), ...(clientSecret !== null && { clientSecret }) } };
  };

  const remove: Handler<'control', 'delete_client'> = async (context) => {
    await findLoginClients().remove(context, context.params.clientId);
    return { status: 204 };
  };

  return { list_clients: list, create_client: create, delete_client: remove };
}

function clientView({ clientId, redirectUris, isPublic }: LoginClient) {
  return { clientId, redirectUris: [...redirectUris], public: isPublic };
}
