import type { Handler } from '../../../contract/request.ts';

const list: Handler<'ledger', 'listEvents'> = () => ({ status: 200, body: { events: [] } });

const count: Handler<'ledger', 'getEventStats'> = () => ({ status: 200, body: { total: 0 } });

export const eventOperations = { listEvents: list, getEventStats: count };
