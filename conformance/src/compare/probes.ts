import { CLIENT_PLACEHOLDER } from './credentials.ts';
import { isRead, type Plan } from './plan.ts';
import type { PlannedRequest } from './types.ts';

/**
 * Adds requests with a wrong credential to a plan. Each is sent once, because repeated failures could lock an account.
 */
export function withWrongCredentials(plan: Plan, service: string): Plan {
  const read = plan.requests.find(({ method, credential }) => isRead(method) && credential === 'valid');
  if (read === undefined) return plan;
  const wrong: readonly PlannedRequest[] = [
    { ...read, name: `${read.name} with an unknown credential`, credential: 'unknown' },
    { ...read, name: `${read.name} with an expired credential`, credential: 'expired' },
  ];
  return { ...plan, requests: [...plan.requests, ...wrong, ...(service === 'runai' ? tokenRequests() : [])] };
}

function tokenRequests(): readonly PlannedRequest[] {
  const client = { grantType: 'client_credentials', clientId: CLIENT_PLACEHOLDER };
  const request = { method: 'POST', url: '/api/v1/token', mediaType: 'application/json', credential: 'none' } as const;
  return [
    {
      ...request,
      name: 'POST /api/v1/token with a wrong secret',
      body: JSON.stringify({ ...client, clientSecret: 'wrong' }),
    },
    { ...request, name: 'POST /api/v1/token without a secret', body: JSON.stringify(client) },
  ];
}
