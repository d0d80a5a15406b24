import type { Decision, Fix, RecordedRequest } from '../../generated/library.ts';
import { namePrincipal, quote } from '../decisions/explaining/index.ts';
import { type CurlTarget, formatCurlCommand, formatTokenCommand } from '../lib/curl.ts';
import { escapeControls } from '../lib/log.ts';
import { consoleUrlOf } from '../lib/world-id.ts';

export interface Refusal {
  readonly request: Omit<RecordedRequest, 'request' | 'response'>;
  /** Null if it was refused without a decision, for example because it was malformed. */
  readonly decision: Decision | null;
  /** The rights that the operation requires, as a sentence; null if unknown. */
  readonly required: string | null;
}

export function isRefused({ status, reason }: Refusal['request']): boolean {
  return status === null || status >= 400 || reason !== null;
}

/** @param server used in the commands of the fixes @param publicBase the console's URL, with a world's prefix */
export function renderRefusal(
  { request, decision, required }: Refusal,
  server: CurlTarget,
  publicBase = server.base,
): string {
  const fixes = decision?.fixes.filter(({ kind }) => kind !== 'hint') ?? [];
  // The hint `fix` repeats the first fix of a decision.
  const hints = request.hints.filter(({ code }) => code !== 'fix');
  const explanation = decision?.explanation ?? request.explanation;
  const { method, path, status } = request;
  const outcome = status === null ? 'the connection was closed without a response' : `answered with ${status}`;
  const lines = [
    `Refused: ${method} ${path} (${outcome})`,
    ...formatFacts({ request, decision, required }, publicBase),
    ...(explanation === null ? [] : ['', explanation]),
    ...(fixes.length === 0 ? [] : ['', 'How to fix it:', ...formatFixes(fixes, server)]),
    ...(hints.length === 0 ? [] : ['', fixes.length === 0 ? 'Possible causes:' : 'Other possible causes:']),
    ...hints.map(({ text }) => `  - ${text}`),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
}

function formatFacts({ request, decision, required }: Refusal, base: string): string[] {
  const { id, at, reason, fault } = request;
  const { certainty, source } = decision ?? {};
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    ['caller', describeCaller({ request, decision, required })],
    ['required', required],
    ['held', decision === null ? null : describeHeldRights(decision)],
    ['reason', reason],
    ['certainty', certainty === undefined ? null : `${certainty}, not documented: ${source}`],
    ['fault', fault],
    ['request', `${id}${decision === null ? '' : `, decision ${decision.id}`}, at ${at}`],
    ['console', consoleUrlOf(base, 'request', id)],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [`  ${`${name}:`.padEnd(10)} ${value}`]));
}

function describeCaller({ request, decision }: Refusal): string {
  const { principal } = request;
  if (principal === null) return 'unknown';
  const isAccepted = decision === null || decision.principal !== null;
  return isAccepted ? namePrincipal(principal) : `not accepted, claims to be ${namePrincipal(principal)}`;
}

/** Returns null if the caller is unknown. */
function describeHeldRights({ principal, held = [], roles = [], binding }: Decision): string | null {
  if (principal === null) return null;
  return [
    quote(held) || 'nothing',
    ...(roles.length === 0 ? [] : [`by the role ${quote(roles)}`]),
    ...(binding === undefined ? [] : [`bound to ${binding.held || 'nothing'}`]),
  ].join('; ');
}

function formatFixes(fixes: readonly Fix[], server: CurlTarget): string[] {
  return fixes.flatMap(({ text, request }, index) => [
    `  ${index + 1}. ${text}${index === 0 && fixes.length > 1 ? ' (recommended)' : ''}`,
    ...(request === undefined ? [] : formatCommands(request, server).map((command) => `     ${command}`)),
  ]);
}

function formatCommands({ method, path, body, as }: NonNullable<Fix['request']>, server: CurlTarget): string[] {
  const headers = { 'content-type': 'application/json' };
  const call = { method, target: path, headers, body: JSON.stringify(body) };
  if (as === undefined) return [formatCurlCommand(call, server)];
  return [formatTokenCommand(as.principal, server), formatCurlCommand(call, server, '$TOKEN')];
}
