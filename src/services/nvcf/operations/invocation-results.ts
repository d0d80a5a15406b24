import type { OutcomeOf } from '../../../contract/request.ts';

export interface ResultForm<Rendered> {
  renderFulfilled(requestId: string, answer: unknown): Rendered;
  renderInProgress(requestId: string): Rendered;
}

/** Returns the headers of an invocation's response. @param status the vendor's name, such as `fulfilled` */
export function createStatusHeaders(requestId: string, status: string): Record<string, string> {
  return { 'nvcf-reqid': requestId, 'nvcf-status': status, 'access-control-expose-headers': 'nvcf-reqid' };
}

type PlainResponse = { readonly headers: Readonly<Record<string, string>> } & (
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: 202; readonly body: Readonly<Record<string, never>> }
);

/** Renders a result unchanged, like the vendor's `pexec` paths. */
export const PLAIN_FORM: ResultForm<PlainResponse> = {
  renderFulfilled: (id, answer) => ({
    status: 200,
    headers: createStatusHeaders(id, 'fulfilled'),
    body: answer ?? null,
  }),
  renderInProgress: (id) => ({ status: 202, headers: createStatusHeaders(id, 'in-progress'), body: {} }),
};

/** Renders a result as a member of an object, like the vendor's `exec` paths. */
export const ENVELOPE_FORM: ResultForm<OutcomeOf<'nvcf', 'execFunction'>> = {
  renderFulfilled: (id, answer) => ({
    status: 200,
    headers: createStatusHeaders(id, 'fulfilled'),
    body: { reqId: id, status: 'fulfilled', percentComplete: 100, response: answer ?? null },
  }),
  renderInProgress: (id) => ({
    status: 202,
    headers: createStatusHeaders(id, 'in-progress'),
    body: { reqId: id, status: 'in-progress' },
  }),
};
