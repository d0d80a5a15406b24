import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { NotFound } from '../../../store/errors.ts';
import { amend, type HandlersOf } from '../crud.ts';
import { changeRow } from '../objects.ts';
import { collectionOf, type Part, type Upload } from '../stored.ts';
import { IMAGES } from '../tables/images.ts';
import { assertUploadStatus, type ImageRow, renderImage, UPLOAD_MEMBERS } from './images.ts';

/** All parts but the last must have this size. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** A part number in a path: without leading zeros, because it is also the name of the stored part. */
const PART_NUMBER = /^[1-9]\d*$/;

function readUpload({ body }: ImageRow): Upload | null {
  return body.hidden.upload ?? null;
}

function countParts(size: number): number {
  return Math.max(1, Math.ceil(size / CHUNK_BYTES));
}

/** Returns the size of a part. Only the last part can be smaller than the others. */
function calculatePartBytes({ size }: Upload, number: number): number {
  return number < countParts(size) ? CHUNK_BYTES : size - (countParts(size) - 1) * CHUNK_BYTES;
}

function createUnknownPartProblem(): Problem {
  return new Problem(
    'not_found',
    'There is no upload with this part. Use the `part_urls` of the upload that was started last.',
  );
}

/** @throws Problem unless these are all parts of the upload, in order, with their ETags */
function assertParts(upload: Upload, parts: readonly { part_number: number; etag: string }[]): void {
  const count = countParts(upload.size);
  if (parts.length !== count) {
    throw invalidRequest(`Field \`parts\` has ${parts.length} parts; expected ${count}.`);
  }
  for (const [index, { part_number, etag }] of parts.entries()) {
    if (part_number !== index + 1) {
      throw invalidRequest(`Field \`parts[${index}].part_number\` must be ${index + 1}: list the parts in order.`);
    }
    const uploaded = upload.parts[String(part_number)];
    if (uploaded === undefined)
      throw invalidRequest(`Field \`parts[${index}]\`: part ${part_number} was not uploaded.`);
    if (uploaded.etag !== etag.replaceAll('"', '')) {
      throw invalidRequest(
        `Field \`parts[${index}].etag\` must be the ETag from the response to the upload of this part.`,
      );
    }
  }
  // The mock does not store the bytes, so it knows the hash of the whole image only if there is one part.
  const [onlyPart] = Object.values(upload.parts);
  if (count === 1 && onlyPart !== undefined && onlyPart.etag !== upload.hash) {
    throw invalidRequest('Field `hash` of the upload is not the SHA-256 of the uploaded bytes.');
  }
}

export const uploadOperations = {
  images_start_upload: async (context) => {
    const row = context.target;
    const { hash, size } = context.body;
    const upload: Upload = { id: context.random.uuid(), hash: hash.toLowerCase(), size, parts: {} };
    await amend(context, IMAGES, row, (before) => {
      assertUploadStatus(before, 'start an upload', ['READY', 'COMPLETE']);
      return { members: { upload_status: 'UPLOADING' as const }, hidden: { upload } };
    });
    const part_urls = Array.from({ length: countParts(size) }, (_, index) => ({
      part_number: index + 1,
      url: `${context.openOrigin}/api/v3/uploads/${row.id}.${upload.id}/${index + 1}`,
    }));
    return { status: 200, body: { upload_id: upload.id, part_urls, chunk_size: CHUNK_BYTES } };
  },
  /** If parts differ from the announced upload, it stays open so that the client can correct them. */
  images_complete_upload: async (context) => {
    const row = context.target;
    const { now, body } = context;
    const next = await amend(context, IMAGES, row, (before) => {
      assertUploadStatus(before, 'complete its upload', ['UPLOADING']);
      const upload = readUpload(before);
      if (upload === null) throw new Error('an image with status UPLOADING has no upload');
      assertParts(upload, body.parts);
      const { size, hash } = upload;
      const members = { upload_status: 'COMPLETE', size, hash, last_uploaded_at: rfc3339(now) } as const;
      return { members, hidden: { upload: null } };
    });
    return { status: 200, body: renderImage(context, next) };
  },
  images_abort_upload: async (context) => {
    const row = context.target;
    await amend(context, IMAGES, row, (before) => {
      assertUploadStatus(before, 'abort an upload', ['UPLOADING']);
      // An earlier upload stays in force.
      const wasUploaded = before.body.members.size > 0;
      const upload_status = wasUploaded ? ('COMPLETE' as const) : ('READY' as const);
      return { members: { upload_status }, hidden: { upload: null } };
    });
    return { status: 204 };
  },
  images_clear_upload: async (context) => {
    const row = context.target;
    const next = await amend(context, IMAGES, row, (before) => {
      assertUploadStatus(before, 'clear its upload', ['COMPLETE', 'READY', 'UPLOADING']);
      return { members: UPLOAD_MEMBERS, hidden: { upload: null } };
    });
    return { status: 200, body: renderImage(context, next) };
  },
  /** Receives a part. The URL itself is the credential. */
  uploads_put_part: async (context) => {
    const { store, params, now } = context;
    const [imageId = '', uploadId = ''] = params.uploadId.split('.');
    const number = params.partNumber;
    const image = await collectionOf(IMAGES).byId(store.collections, imageId);
    const upload = image === null ? null : readUpload(image);
    if (upload?.id !== uploadId || !PART_NUMBER.test(number) || Number(number) > countParts(upload.size)) {
      throw createUnknownPartProblem();
    }
    const expected = calculatePartBytes(upload, Number(number));
    const { size, hash } = await context.digest(expected);
    if (size !== expected) {
      throw invalidRequest(`Part ${number} has ${size} bytes; expected ${expected}.`);
    }
    const part: Part = { size, etag: hash };
    try {
      await collectionOf(IMAGES).change(store.collections, imageId, (before) => {
        const current = readUpload(before);
        // Another upload was started in the meantime.
        if (current?.id !== uploadId) throw createUnknownPartProblem();
        const next = { ...current, parts: { ...current.parts, [number]: part } };
        return changeRow(before, IMAGES, now, { hidden: { upload: next } });
      });
    } catch (thrown) {
      throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
    }
    return { status: 200, headers: { etag: `"${hash}"` } };
  },
} satisfies HandlersOf<'images'>;
