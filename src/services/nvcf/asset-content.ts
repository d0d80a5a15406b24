import type { Context } from '../../contract/request.ts';
import { StreamedBytes } from '../../decisions/responses/outcome.ts';
import { Collection } from '../../store/collection.ts';
import type { Collections } from '../../store/collections.ts';
import type { Row } from '../../store/row.ts';

const MAX_CONTENT_BYTES = 25 * 1024 * 1024;

/** The size of a piece, which is small because writing a piece to a file blocks other requests. */
const PIECE_BYTES = 240 * 1024;

/** A part of an asset's content. The parent of its row is the upload, and the label is the asset. */
export interface Piece {
  readonly base64: string;
}

export const PIECES = new Collection<Piece, string>('nvcf.asset-pieces');

/** The content of an asset: a reference to the pieces of a complete upload. */
export interface Content {
  readonly upload: string;
  /** In bytes. */
  readonly size: number;
  readonly pieces: number;
}

interface AssetOwnership {
  readonly assetId: string;
  readonly owner: string;
}

function createPieceRow({ assetId, owner }: AssetOwnership, uploadId: string, index: number, bytes: Buffer) {
  const body = { base64: bytes.toString('base64') };
  return PIECES.row({ id: `${uploadId}.${index}`, owner, parent: uploadId, labels: [assetId], body });
}

export function createContent(asset: AssetOwnership, text: string) {
  const bytes = Buffer.from(text);
  const uploadId = asset.assetId;
  const rows: Row[] = [];
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    rows.push(createPieceRow(asset, uploadId, rows.length, bytes.subarray(start, start + PIECE_BYTES)));
  }
  return { content: { upload: uploadId, size: bytes.length, pieces: rows.length }, rows };
}

/** Stores a request body in pieces, then calls `finish` to refer to them. Removes all if anything fails. */
export async function receiveContent(
  context: Context,
  asset: AssetOwnership,
  finish: (content: Content) => Promise<void>,
): Promise<void> {
  const uploadId = context.random.uuid();
  const { collections } = context.store;
  let pieces = 0;
  try {
    const size = await context.receivePieces({ piece: PIECE_BYTES, max: MAX_CONTENT_BYTES }, async (bytes) => {
      await collections.commit([PIECES.put(createPieceRow(asset, uploadId, pieces, bytes))]);
      pieces += 1;
    });
    await finish({ upload: uploadId, size, pieces });
  } catch (cause) {
    // Only the first error is reported: if the removal fails too, it has the same cause.
    await removePieces(collections, uploadId).catch(() => {});
    throw cause;
  }
}

async function removePieces(collections: Collections, uploadId: string): Promise<void> {
  await collections.commit(await findUploadRemovals(collections, uploadId));
}

export async function findUploadRemovals(collections: Collections, uploadId: string) {
  return (await PIECES.ofParent(collections, uploadId)).map(({ id }) => PIECES.removal(id));
}

/** Returns the changes that remove all pieces of an asset, including those of uploads that a crash interrupted. */
export async function findAssetRemovals(collections: Collections, assetId: string) {
  return (await PIECES.ofLabel(collections, assetId)).map(({ id }) => PIECES.removal(id));
}

export async function readContent(collections: Collections, { upload }: Content): Promise<Buffer | StreamedBytes> {
  const rows = await PIECES.ofParent(collections, upload);
  const [first, ...others] = rows;
  if (first === undefined) return Buffer.alloc(0);
  return others.length === 0 ? decode(first) : new StreamedBytes(() => decodePieces(rows));
}

function decode({ body }: Row<Piece>): Buffer {
  return Buffer.from(body.base64, 'base64');
}

function* decodePieces(rows: readonly Row<Piece>[]): Generator<Buffer> {
  for (const row of rows) yield decode(row);
}
