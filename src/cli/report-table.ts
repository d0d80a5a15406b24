/** The members of `GET /_mock/least-privilege` that this command reads. Servers of another version may have more. */
export interface Report {
  readonly principals: readonly PrincipalReport[];
  readonly full: boolean;
}

interface PrincipalReport {
  readonly principal: { readonly kind: string; readonly name: string; readonly clientId?: string };
  readonly used: readonly {
    readonly operation: string;
    readonly grants: readonly string[];
    readonly example: { readonly method: string; readonly path: string };
  }[];
  readonly smallest: Readonly<Record<string, unknown>>;
  readonly unused: readonly string[];
  readonly broader: readonly { readonly held: unknown; readonly enough: unknown }[];
  /** Only for NGC keys, whose `smallest` has the rights of both kinds of key. */
  readonly impossible?: { readonly scopes: readonly string[]; readonly roles: readonly string[] };
}

export function isReport(body: object): body is Report {
  return 'principals' in body && Array.isArray(body.principals);
}

export function formatTable({ principals }: Report): string {
  if (principals.length === 0) return 'No credential has been used since the start or the last reset.\n';
  return principals.map(formatPrincipal).join('\n');
}

function formatPrincipal({ principal, used, smallest, unused, broader, impossible }: PrincipalReport): string {
  const { kind, name, clientId } = principal;
  const as = clientId === undefined || clientId === '' || clientId === name ? '' : `, as client ${clientId}`;
  const rows = used.map(({ operation, grants, example: { method, path } }) => [
    operation,
    grants.join(', ') || '-',
    `${method} ${path}`,
  ]);
  return [
    `${kind.replace('-', ' ')} ${name}${as}`,
    ...(rows.length === 0
      ? []
      : alignColumns([['OPERATION', 'NEEDS', 'FOR EXAMPLE'], ...rows]).map((line) => `  ${line}`)),
    ...formatSmallest(smallest, impossible),
    `  unused:   ${unused.join(', ') || 'nothing'}`,
    ...(broader.length === 0
      ? ['  broader:  nothing']
      : broader.map((right) => `  broader:  ${formatValue(right.held)}; enough: ${formatValue(right.enough)}`)),
    '',
  ].join('\n');
}

/** Formats the smallest rights; of an NGC key, those of a service key and those of a personal key. */
function formatSmallest(smallest: PrincipalReport['smallest'], impossible: PrincipalReport['impossible']): string[] {
  if (impossible === undefined) return [`  smallest: ${formatValue(smallest)}`];
  const { roles, ...policy } = smallest;
  const { services } = policy;
  const formatImpossible = (operations: readonly string[]) =>
    operations.length === 0 ? '' : ` (cannot call ${operations.join(', ')})`;
  return [
    `  smallest: service key: ${formatValue(policy)}${formatImpossible(impossible.scopes)}`,
    `  or:       personal key: ${formatValue({ services, roles })}${formatImpossible(impossible.roles)}`,
  ];
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  // The last column has no padding.
  const widths = [0, 1].map((column) => rows.reduce((max, row) => Math.max(max, row[column]?.length ?? 0), 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Formats a value without JSON's punctuation: `scopes a, b; resource type All Functions`. */
function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.map(formatValue).join(', ') || 'none';
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, member]) => `${name} ${formatValue(member)}`)
    .join('; ');
}
