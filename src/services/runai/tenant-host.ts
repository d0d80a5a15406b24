/** A label of a host name (RFC 1123, 2.1). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/** Returns the host of a tenant: its name is the first label or, if it cannot be one, its realm. */
export function hostOfTenant({ name, realm }: { readonly name: string; readonly realm: string }): string {
  return `${(LABEL.test(name) ? name : realm).toLowerCase()}.run.ai`;
}
