/** A service that the self-hosted key service issues keys for. */
export interface Audience {
  /** The `aud` of a policy, sent by callers as `Key-Issuer-Id`. */
  readonly id: string;
  readonly name: string;
  /** The namespace in evaluations. */
  readonly namespace: string;
  /** The service of this mock that accepts the keys, and its name in policies; null if none does. */
  readonly honoured: { readonly service: string; readonly product: string } | null;
}

/** Ids and namespaces come from the published code and its client; the name of the last one is a guess. */
export const AUDIENCES: readonly Audience[] = [
  {
    id: 'nvidia-cloud-functions-ncp-service-id-aketm',
    name: 'nvcf-api',
    namespace: 'nvcf',
    honoured: { service: 'nvcf', product: 'nv-cloud-functions' },
  },
  {
    id: 'nvidia-cloud-tasks-ncp-service-id-nvcttasks',
    name: 'nvct-api',
    namespace: 'nvct',
    honoured: { service: 'nvct', product: 'nv-cloud-tasks' },
  },
  {
    id: 'nvidia-cloud-events-ncp-service-id-ckozoh6f',
    name: 'event-ledger',
    namespace: 'event-ledger',
    honoured: null,
  },
];

export function findAudience(id: string): Audience | undefined {
  return AUDIENCES.find((audience) => audience.id === id);
}
