import type { Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { AUDIENCES, findAudience } from '../../ngc-keys/audiences.ts';
import { renderService } from '../view.ts';

export const serviceOperations = {
  listKeyServices: () => ({
    status: 200,
    body: { services: AUDIENCES.map(renderService) },
  }),
  getKeyService: ({ params: { serviceId } }) => {
    const service = findAudience(serviceId);
    if (service === undefined) throw new Problem('not_found', `Service '${serviceId}' not found`);
    return { status: 200, body: renderService(service) };
  },
} satisfies Partial<Operations<'nak'>>;
