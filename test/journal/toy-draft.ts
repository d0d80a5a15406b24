import { type Draft, NO_BODY } from '../../src/journal/entry.ts';

/** A request for a token that was answered at once, without bodies. @param changes replace its members */
export function toyDraft(changes: Partial<Draft> = {}): Draft {
  return {
    at: 0,
    world: 'default',
    service: 'runai',
    operation: 'grant_token',
    method: 'POST',
    url: '/api/v1/token',
    origin: 'http://localhost:6625',
    target: changes.url ?? '/api/v1/token',
    status: 200,
    statusWithoutFault: null,
    principal: null,
    reason: null,
    decision: null,
    explanation: null,
    hints: [],
    fault: null,
    done: true,
    startedAt: 0,
    durationMs: 1,
    tokenExpiresAt: null,
    requestHeaders: '',
    requestBody: NO_BODY,
    responseHeaders: {},
    responseBody: NO_BODY,
    ...changes,
  };
}
