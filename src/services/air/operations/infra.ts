import type { Context, Handler } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import { hashSecret } from '../../../credentials/secret.ts';
import { callerOf } from '../caller.ts';
import { amended, mustOwn, plain, type Special, targetOf } from '../engine.ts';
import { type AirRow, newRow, put, shown } from '../objects.ts';
import { MANIFESTS } from '../tables/resources/manifests.ts';
import { PLUGIN_IMAGES } from '../tables/resources/plugin-images.ts';
import { WORKER_CERTIFICATES } from '../tables/resources/worker-certificates.ts';
import { WORKERS } from '../tables/resources/workers.ts';

/** How long a certificate counts: a year. */
const CERTIFICATE_TIME = 365 * 86_400_000;

/** The token that a worker registers with is shown this once. */
const createWorker: Handler = async (context) => {
  const base = plain(WORKERS)['workers_create'] as Handler;
  const { status, body } = await base(context);
  return { status, body: { ...(body as object), registration_token: context.random.alphanumeric(40) } };
};

function certificateView({ now }: Context, row: AirRow): Record<string, unknown> {
  const { created: _, modified: __, ...view } = shown(row);
  const { revoked, expires } = row.body.members;
  return { ...view, usable: revoked === false && Date.parse(String(expires)) > now };
}

/** A certificate in form only: nothing here can be identified by it. */
const issueCertificate: Handler = async (context) => {
  const worker = targetOf(context);
  mustOwn(context, worker);
  const { random, now } = context;
  const text = (label: string) => `-----BEGIN ${label}-----\n${random.base64url(48)}\n-----END ${label}-----\n`;
  const certificate = text('CERTIFICATE');
  const row = newRow(context, WORKER_CERTIFICATES, {
    members: {
      worker: worker.id,
      worker_fqdn: worker.body.members['fqdn'],
      expires: rfc3339(now + CERTIFICATE_TIME),
      fingerprint: hashSecret(certificate),
      last_used: null,
      revoked: false,
    },
  });
  await context.store.collections.commit([put(row)]);
  return { status: 201, body: { certificate, private_key: text('PRIVATE KEY') } };
};

const revokeCertificate: Handler = async (context) => {
  const row = targetOf(context);
  mustOwn(context, row);
  const next = await amended(context, WORKER_CERTIFICATES, row, ({ body }) => {
    if (body.members['revoked'] === true) throw new Problem('bad_state', 'The certificate is revoked already.');
    return { members: { revoked: true } };
  });
  return { status: 200, body: certificateView(context, next) };
};

const MANIFEST: Special = {
  complete: (context, members) => ({
    members: { ...members, org_name: callerOf(context).principal.org ?? null, port_mapping_required: false },
  }),
};

export const infraOperations = {
  workers_create: createWorker,
  workers_issue_certificate: issueCertificate,
  ...plain(WORKER_CERTIFICATES, { view: certificateView }),
  worker_certificates_revoke: revokeCertificate,
  ...plain(MANIFESTS, MANIFEST),
  ...plain(PLUGIN_IMAGES, MANIFEST),
};
