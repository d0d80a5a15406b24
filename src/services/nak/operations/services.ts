import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { AUDIENCES } from '../../../ngc-keys/audiences.ts';
import { serviceOf, serviceView } from '../limits.ts';

const list: Handler<'nak', 'listKeyServices'> = () => ({
  status: 200,
  body: { services: AUDIENCES.map(serviceView) },
});

const get: Handler<'nak', 'getKeyService'> = ({ params: { serviceId } }) => {
  const service = serviceOf(serviceId);
  if (service === undefined) throw new Problem('not_found', `Service '${serviceId}' not found`);
  return { status: 200, body: serviceView(service) };
};

export const serviceOperations = { listKeyServices: list, getKeyService: get };
