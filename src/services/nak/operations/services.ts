import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { AUDIENCES, findAudience } from '../../ngc-keys/audiences.ts';
import { renderService } from '../view.ts';

const list: Handler<'nak', 'listKeyServices'> = () => ({
  status: 200,
  body: { services: AUDIENCES.map(renderService) },
});

const get: Handler<'nak', 'getKeyService'> = ({ params: { serviceId } }) => {
  const service = findAudience(serviceId);
  if (service === undefined) throw new Problem('not_found', `Service '${serviceId}' not found`);
  return { status: 200, body: renderService(service) };
};

export const serviceOperations = { listKeyServices: list, getKeyService: get };
