import type { Context } from '../../contract/request.ts';
import type { RefusalContext } from '../../contract/service.ts';
import type { HintRule } from '../../decisions/explaining/hints/refused-request.ts';
import { HTTP_STATUS, Problem, type ProblemKind } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { renderProblemDetails } from '../../decisions/responses/problem-details.ts';
import { rfc3339 } from '../../lib/clock.ts';
import { escapeHtml } from '../../lib/pages.ts';
import { shorten } from '../../lib/redact.ts';

export const XML = 'application/xml';

/** The upload header with the description of the asset (published control-plane code). */
const DESCRIPTION_HEADER = 'x-amz-meta-nvcf-asset-description';

/** How long an upload URL is valid, in milliseconds (published control-plane code). */
const UPLOAD_URL_LIFETIME_MS = 35 * 60_000;

const UPLOAD_PATH = /^\/v2\/(?:orgs\/[^/]+\/)?nvcf\/uploads\//;

const S3_CODES: Readonly<Partial<Record<ProblemKind, string>>> = {
  not_found: 'NoSuchKey',
  too_large: 'EntityTooLarge',
  timeout: 'RequestTimeout',
  unavailable: 'ServiceUnavailable',
  internal: 'InternalError',
};

/** Renders a problem like S3. Returns null for paths that do not stand in for S3, and for problems that S3 does not report. */
export function renderStorageProblem(problem: Problem, { path, random }: RefusalContext): Outcome | null {
  const code = UPLOAD_PATH.test(path) ? S3_CODES[problem.kind] : undefined;
  if (code === undefined) return null;
  const { headers } = renderProblemDetails(problem);
  const response = renderS3Error(HTTP_STATUS[problem.kind], code, problem.message, random);
  return { ...response, headers: { ...headers, ...response.headers } };
}

function renderS3Error<Status extends number>(
  status: Status,
  code: string,
  message: string,
  random: RefusalContext['random'],
) {
  const id = random.hex(16).toUpperCase();
  // The characters that HTML escapes include those that XML requires to be escaped.
  const error = `<Code>${code}</Code><Message>${escapeHtml(message)}</Message><RequestId>${id}</RequestId>`;
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error>${error}</Error>`);
  return { status, headers: { 'content-type': XML }, body };
}

interface DeclaredAsset {
  readonly contentType: string;
  readonly description: string;
  readonly createdAt: number;
}

// Messages of S3.
const SEVERAL_MECHANISMS =
  'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
const SIGNATURE_MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';

/** Null if S3 would accept an upload. Its text does not say what is wrong, so the `refusal` of the response does. */
export function findUploadRefusal(context: Context, asset: DeclaredAsset) {
  if (context.headerLines('authorization').length > 0) {
    return createUploadRefusal(context, 400, 'InvalidArgument', SEVERAL_MECHANISMS, {
      kind: 'invalid_request',
      why: 'An upload URL is its own credential. Send the content without an `Authorization` header.',
    });
  }
  const expiry = asset.createdAt + UPLOAD_URL_LIFETIME_MS;
  if (context.now > expiry) {
    return createUploadRefusal(context, 403, 'AccessDenied', 'Request has expired', {
      kind: 'forbidden',
      why: `An upload URL is valid for 35 minutes, and this one expired at ${rfc3339(expiry)}. Create another asset with \`POST /v2/nvcf/assets\`.`,
    });
  }
  const mismatch =
    describeMismatch(context, 'content-type', asset.contentType) ??
    describeMismatch(context, DESCRIPTION_HEADER, asset.description);
  return mismatch === null
    ? null
    : createUploadRefusal(context, 403, 'SignatureDoesNotMatch', SIGNATURE_MISMATCH, {
        kind: 'forbidden',
        why: mismatch,
      });
}

function createUploadRefusal<Status extends 400 | 403>(
  { random }: Context,
  status: Status,
  code: string,
  message: string,
  { kind, why }: { readonly kind: ProblemKind; readonly why: string },
) {
  return { ...renderS3Error(status, code, message, random), refusal: new Problem(kind, why) };
}

const ASSET_MEMBERS = { 'content-type': 'contentType', [DESCRIPTION_HEADER]: 'description' } as const;

/** Describes how a signed header differs from the declared value; null if they match. */
function describeMismatch(context: Context, name: keyof typeof ASSET_MEMBERS, declared: string): string | null {
  const lines = context.headerLines(name);
  const sent = lines.join(',');
  const asUtf8 = Buffer.from(sent, 'latin1').toString();
  // An empty header counts as missing: curl and other clients don't send it.
  if ([sent, asUtf8].some((text) => normalizeHeader(text) === normalizeHeader(declared))) return null;
  const signed = `the \`${ASSET_MEMBERS[name]}\` of \`POST /v2/nvcf/assets\`, which the upload URL signs`;
  const expected = name === 'content-type' ? `Send \`${name}: ${declared}\`, ${signed}.` : `Send ${signed}.`;
  if (lines.length === 0) return `Header \`${name}\` is missing. ${expected}`;
  const difference = name === 'content-type' ? `is \`${shorten(sent)}\`` : 'differs';
  return `Header \`${name}\` ${difference}. ${expected}`;
}

/** Normalizes a header value for comparison (Signature Version 4). */
function normalizeHeader(value: string): string {
  return value.trim().replaceAll(/\s+/g, ' ');
}

export const UPLOAD_HINTS: readonly HintRule[] = [
  {
    code: 'upload_refused',
    symptom: 'an upload with other headers than signed, with `Authorization`, or too late',
    source: 'published control-plane code (`S3PreSignedUrlGenerator`); S3',
    certainty: 'documented',
    when: ({ operation, problem, headers }) => {
      const isRefusedByStorage = problem.kind === 'forbidden' || headers.has('authorization');
      return operation === 'uploadAssetContent' && isRefusedByStorage ? problem.message : null;
    },
  },
];
