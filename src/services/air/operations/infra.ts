import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { hashSecret } from '../../../tokens/secret.ts';
import { amend, createOperations, draftObject } from '../crud.ts';
import { createOwnedRow, createPut, renderStored } from '../objects.ts';
import type { RowOf } from '../stored.ts';
import { FLEETS, WORKER_CERTIFICATES, WORKERS } from '../tables/infra.ts';

/** One year. */
const CERTIFICATE_LIFETIME_MS = 365 * 86_400_000;

function renderCertificate(
  { now }: AuthenticatedContext,
  row: RowOf<'worker_certificates'>,
): Schema<'air', 'WorkerCertificate'> {
  const { created: _, modified: __, ...view } = renderStored(row);
  return { ...view, usable: !view.revoked && Date.parse(view.expires) > now };
}

/** Issues a placeholder certificate that cannot be used to authenticate. */
const issueCertificate: Handler<'air', 'workers_issue_certificate', RowOf<'workers'>> = async (context) => {
  const { target: worker } = context;
  const { random, now } = context;
  const createPem = (label: string) => `-----BEGIN ${label}-----\n${random.base64url(48)}\n-----END ${label}-----\n`;
  const certificate = createPem('CERTIFICATE');
  const row = createOwnedRow(context, WORKER_CERTIFICATES, {
    members: {
      worker: worker.id,
      worker_fqdn: worker.body.members.fqdn,
      expires: rfc3339(now + CERTIFICATE_LIFETIME_MS),
      fingerprint: hashSecret(certificate),
      last_used: null,
      revoked: false,
    },
  });
  await context.store.collections.commit([createPut(row)]);
  return { status: 201, body: { certificate, private_key: createPem('PRIVATE KEY') } };
};

const revokeCertificate: Handler<'air', 'worker_certificates_revoke', RowOf<'worker_certificates'>> = async (
  context,
) => {
  const { target: row } = context;
  const next = await amend(context, WORKER_CERTIFICATES, row, ({ body }) => {
    if (body.members.revoked) throw new Problem('bad_state', 'The certificate is already revoked.');
    return { members: { revoked: true } };
  });
  return { status: 200, body: renderCertificate(context, next) };
};

export const infraOperations = {
  ...createOperations(FLEETS, {}),
  ...createOperations(WORKERS, {}),
  /** Only this response contains the registration token of the worker. */
  workers_create: async (context) => {
    const { row, otherChanges } = await draftObject(context, WORKERS, {}, context.body);
    await context.store.collections.commit([createPut(row), ...otherChanges]);
    return { status: 201, body: { ...renderStored(row), registration_token: context.random.alphanumeric(40) } };
  },
  workers_issue_certificate: issueCertificate,
  ...createOperations(WORKER_CERTIFICATES, { view: renderCertificate }),
  worker_certificates_revoke: revokeCertificate,
} satisfies Partial<Operations<'air'>>;
