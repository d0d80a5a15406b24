import type { Operations } from '../../../contract/request.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import { confirmDeviceLogin, findUserByIdentifier } from '../../ngc-keys/device-logins.ts';
import { userIdOf } from '../../ngc-keys/records.ts';
import { type ControlledServer, loginsOf } from '../controlled-server.ts';
import { pageShortList } from '../lists.ts';

export function clientOperations(controlled: ControlledServer) {
  return {
    list_clients: async (context) => {
      const all = (await loginsOf(controlled).listClients(context)).map((client, index) => {
        return { id: client.clientId, at: 0, position: [index] as const, client };
      });
      const { entries, extent } = pageShortList(all, context.query, 'oldest first');
      return { status: 200, body: { clients: entries.map(({ client }) => client), ...extent } };
    },
    create_client: async (context) => {
      return { status: 201, body: await loginsOf(controlled).addClient(context, context.body) };
    },
    delete_client: async (context) => {
      await loginsOf(controlled).removeClient(context, context.params.clientId);
      return { status: 204 };
    },
  } satisfies Partial<Operations<'control'>>;
}

export const deviceLoginOperations = {
  confirm_device_login: async (context) => {
    const { principal } = context.body;
    const user = await findUserByIdentifier(context, principal);
    if (user === null) {
      const message = `Field \`principal\` is \`${principal.slice(0, 100)}\`, which matches no NGC user. Send an e-mail address, or the name or id of a personal key from \`GET /_mock/cast\`; service keys have no user.`;
      throw invalidRequest(message);
    }
    const { deviceId, email } = await confirmDeviceLogin(context, context.params.deviceId, user);
    return { status: 200, body: { deviceId, email, user: { id: userIdOf(user), org: user.org, email: user.email } } };
  },
} satisfies Partial<Operations<'control'>>;
