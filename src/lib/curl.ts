export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function formatShellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : quoteForShell(text);
}

export interface CurlTarget {
  /** The URL before each path. */
  readonly base: string;
  /** Whether the control API needs a token. The command reads it from `NV_AUTH_MOCK_ADMIN_TOKEN`. */
  readonly isGuarded: boolean;
  readonly options?: readonly string[];
  /** Separates the parts of a command: a space, or a line break. */
  readonly separator: string;
}

export interface CurlCall {
  readonly method: string;
  /** The path, with the query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Formats a `curl` command for a POSIX shell. @param bearer a text, or `$TOKEN` of `formatTokenCommand`; null: none */
export function formatCurlCommand(
  { method, target, headers, body }: CurlCall,
  { base, isGuarded, options = [], separator }: CurlTarget,
  bearer: string | null = null,
): string {
  const words = ['curl', ...options, ...methodWords(method, body)];
  if (/[[\]{}]/.test(target)) words.push('--globoff');
  const parts = [`${words.join(' ')} ${quoteForShell(base + target)}`];
  if (isGuarded && target.startsWith('/_mock/')) parts.push('-H "x-mock-admin-token: $NV_AUTH_MOCK_ADMIN_TOKEN"');
  if (bearer !== null) {
    const header = `Authorization: Bearer ${bearer}`;
    parts.push(`-H ${bearer === '$TOKEN' ? `"${header}"` : quoteForShell(header)}`);
  }
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoteForShell(`${name}: ${value}`)}`);
  if (body !== null) parts.push(`--data-raw ${quoteForShell(body)}`);
  return parts.join(separator);
}

export function formatTokenCommand(principal: string, target: CurlTarget): string {
  const call = formatCurlCommand(
    {
      method: 'POST',
      target: '/_mock/tokens',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ for: principal }),
    },
    { ...target, options: ['-s', ...(target.options ?? [])] },
  );
  return `TOKEN=$(${call}${target.separator}| sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`;
}

function methodWords(method: string, body: string | null): string[] {
  if (method === 'HEAD') return ['--head'];
  return method === 'GET' && body === null ? [] : ['-X', method];
}
