import type { Context } from '../../contract/request.ts';
import { StreamedBytes } from '../../responses/streamed-bytes.ts';
import { Collection } from '../../store/collection.ts';
import type { Collections, Row } from '../../store/collections.ts';

/** Maximum bytes per asset. */
const MAX_CONTENT_BYTES = 25 * 1024 * 1024;

/** Bytes per piece, kept small because writing a piece to a file blocks other requests. */
const PIECE_BYTES = 240 * 1024;

/** A part of an asset's content. The row's parent is the upload, its label the asset. */
export interface Piece {
  readonly base64: string;
}

/** The pieces of uploads, oldest first. */
export const PIECES = new Collection<Piece, string>('nvcf.asset-pieces');

/** Refers to the pieces of one complete upload. */
export interface Content {
  readonly upload: string;
  readonly size: number;
  readonly pieces: number;
}

interface AssetOwnership {
  readonly assetId: string;
  readonly owner: string;
}

function pieceRow(
  { assetId, owner }: AssetOwnership,
  upload: string,
  index: number,
  bytes: Buffer,
): Row<Piece, string> {
  const body = { base64: bytes.toString('base64') };
  return PIECES.row({ id: `${upload}.${index}`, owner, parent: upload, labels: [assetId], body });
}

/** Returns the content of a seed's asset, and the rows to store. */
export function createContent(
  asset: AssetOwnership,
  text: string,
): { readonly content: Content; readonly rows: readonly Row[] } {
  const bytes = Buffer.from(text);
  const upload = asset.assetId;
  const rows: Row[] = [];
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    rows.push(pieceRow(asset, upload, rows.length, bytes.subarray(from, from + PIECE_BYTES)));
  }
  return { content: { upload, size: bytes.length, pieces: rows.length }, rows };
}

/**
 * Stores a request body piece by piece, then calls `finish`. Removes all pieces if anything fails.
 *
 * @param finish makes the asset refer to the content
 * @throws Problem
 */
export async function receiveContent(
  context: Pick<Context, 'receivePieces' | 'random' | 'store'>,
  asset: AssetOwnership,
  finish: (content: Content) => Promise<void>,
): Promise<void> {
  const upload = context.random.uuid();
  const { collections } = context.store;
  let pieces = 0;
  try {
    const size = await context.receivePieces({ piece: PIECE_BYTES, max: MAX_CONTENT_BYTES }, async (bytes) => {
      await collections.commit([PIECES.put(pieceRow(asset, upload, pieces, bytes))]);
      pieces += 1;
    });
    await finish({ upload, size, pieces });
  } catch (cause) {
    // Report why the upload failed; a failed cleanup has the same cause.
    await removePieces(collections, upload).catch(() => {});
    throw cause;
  }
}

async function removePieces(collections: Collections, upload: string): Promise<void> {
  await collections.commit(await findRemovals(collections, upload));
}

/** Returns the changes that remove the pieces of an upload. */
export async function findRemovals(collections: Collections, upload: string) {
  return (await PIECES.ofParent(collections, upload)).map(({ id }) => PIECES.removal(id));
}

/** Returns the changes that remove all pieces of an asset, including uploads interrupted by a crash. */
export async function findAssetRemovals(collections: Collections, assetId: string) {
  return (await PIECES.ofLabel(collections, assetId)).map(({ id }) => PIECES.removal(id));
}

/** Checks that all pieces still exist: a reset or a restored snapshot removes those of an upload in progress. */
export async function isComplete(collections: Collections, { upload, pieces }: Content): Promise<boolean> {
  return (await PIECES.ofParent(collections, upload)).length === pieces;
}

/** Returns the bytes of a content, streamed if it has several pieces. */
export async function readBytes(collections: Collections, { upload }: Content): Promise<Buffer | StreamedBytes> {
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
