import type { Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { type Instant, rfc3339 } from '../../../lib/clock.ts';
import { Collection } from '../../../store/collection.ts';
import { NotFound, rejectMissing } from '../../../store/errors.ts';
import type { Row } from '../../../store/row.ts';
import {
  type Content,
  findAssetRemovals,
  findUploadRemovals,
  PIECES,
  readContent,
  receiveContent,
} from '../asset-content.ts';
import { findUploadRefusal } from '../object-storage.ts';
import { addObject, listObjects } from '../objects.ts';
import type { SeedAsset } from '../seed-schema.ts';
import { createAccountLookup } from './lookups.ts';

/** The maximum number of assets per account. Together with the maximum size of an asset, it limits what is stored. */
const MAX_ASSETS = 100;

export interface Asset extends Pick<SeedAsset, 'contentType' | 'description' | 'uploadId'> {
  readonly assetId: string;
  readonly createdAt: Instant;
  readonly content: Content | null;
}

export const ASSETS = new Collection<Asset>('nvcf.assets');
type AssetRow = Row<Asset, null>;

function renderAsset({ assetId, contentType, description, createdAt }: Asset) {
  return { assetId, contentType, description, createdAt: rfc3339(createdAt) };
}

function createContentUrl({ openOrigin }: Context, { uploadId }: Asset): string {
  return `${openOrigin}/v2/nvcf/uploads/${uploadId}`;
}

const createAsset: Handler<'nvcf', 'createAsset'> = async (context) => {
  const { random, now } = context;
  const { contentType, description } = context.body;
  const asset: Asset = {
    assetId: random.uuid(),
    contentType,
    description,
    createdAt: now,
    uploadId: random.uuid(),
    content: null,
  };
  await addObject(context, ASSETS, asset.assetId, asset, { limit: MAX_ASSETS, aliases: [asset.uploadId] });
  return {
    status: 200,
    body: { assetId: asset.assetId, uploadUrl: createContentUrl(context, asset), contentType, description },
  };
};

const listAssets: Handler<'nvcf', 'listAssets'> = async (context) => ({
  status: 200,
  body: { assets: (await listObjects(context, ASSETS)).map(renderAsset) },
});

const getAsset: Handler<'nvcf', 'getAsset', AssetRow> = ({ target }) => ({
  status: 200,
  body: { asset: renderAsset(target.body) },
});

const getAssetContent: Handler<'nvcf', 'getAssetContent', AssetRow> = (context) => ({
  status: 302,
  headers: { location: createContentUrl(context, context.target.body) },
});

const deleteAsset: Handler<'nvcf', 'deleteAsset', AssetRow> = async ({ store, target }) => {
  const { collections } = store;
  await rejectMissing(
    collections.updating(async (commit) => {
      const row = await ASSETS.byId(collections, target.id);
      if (row === null) throw new NotFound();
      await commit([ASSETS.remove(row), ...(await findAssetRemovals(collections, row.id))]);
    }),
  );
  return { status: 204 };
};

async function findUpload({ store }: Context, { uploadId }: { readonly uploadId: string }): Promise<AssetRow> {
  const row = await ASSETS.byAlias(store.collections, uploadId);
  if (row === null) throw uploadNotFound();
  return row;
}

function uploadNotFound(): Problem {
  return new Problem('not_found', 'No upload has this id.');
}

const uploadAssetContent: Handler<'nvcf', 'uploadAssetContent'> = async (context) => {
  const { id, owner, body } = await findUpload(context, context.params);
  const refusal = findUploadRefusal(context, body);
  if (refusal !== null) return refusal;
  await receiveContent(context, { assetId: id, owner }, (content) => replaceContent(context, id, content));
  return { status: 200 };
};

/** @throws Problem if the asset or part of the content was removed during the upload */
async function replaceContent({ store }: Context, id: string, content: Content): Promise<void> {
  const { collections } = store;
  await collections.updating(async (commit) => {
    const row = await ASSETS.byId(collections, id);
    // A reset or a restored snapshot removes the pieces of an upload in progress.
    const pieces = await PIECES.ofParent(collections, content.upload);
    if (row === null || pieces.length !== content.pieces) throw uploadNotFound();
    const previous = row.body.content;
    const removals = previous === null ? [] : await findUploadRemovals(collections, previous.upload);
    await commit([ASSETS.put({ ...row, body: { ...row.body, content } }), ...removals]);
  });
}

const downloadAssetContent: Handler<'nvcf', 'downloadAssetContent'> = async (context) => {
  const { body } = await findUpload(context, context.params);
  const { content, contentType } = body;
  if (content === null) throw new Problem('not_found', 'The asset has no content yet. Upload it first.');
  return {
    status: 200,
    headers: { 'content-type': contentType, 'content-length': String(content.size) },
    // The document's type for bytes is a Buffer. The server also sends `StreamedBytes`.
    body: (await readContent(context.store.collections, content)) as Buffer,
  };
};

export const assetLookups = { asset: createAccountLookup(ASSETS) };

export const assetOperations = {
  createAsset,
  listAssets,
  getAsset,
  getAssetContent,
  deleteAsset,
  uploadAssetContent,
  downloadAssetContent,
};
