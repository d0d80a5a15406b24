import type { Context, Handler } from '../../../contract/request.ts';
import { type Instant, rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/collections.ts';
import { addObject, changeObject, objectsOf, removeObject } from '../objects.ts';
import { ofAccount } from './lookups.ts';

/** The most assets of an account, so that uploads stay bounded. */
const MOST = 100;

export interface Asset {
  readonly assetId: string;
  readonly contentType: string;
  readonly description: string;
  readonly createdAt: Instant;
  /** Part of the URL for upload and download; the URL needs no credential. */
  readonly uploadId: string;
  /** In base64; null before the upload. */
  readonly content: string | null;
}

export const ASSETS = new Collection<Asset>('nvcf.assets');
type AssetRow = Row<Asset, null>;

function view({ assetId, contentType, description, createdAt }: Asset) {
  return { assetId, contentType, description, createdAt: rfc3339(createdAt) };
}

function contentUrl({ openOrigin }: Pick<Context, 'openOrigin'>, { uploadId }: Asset): string {
  return `${openOrigin}/v2/nvcf/uploads/${uploadId}`;
}

const create: Handler<'nvcf', 'createAsset'> = async (context) => {
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
  await addObject(context, ASSETS, asset.assetId, asset, { limit: MOST, aliases: [asset.uploadId] });
  return {
    status: 200,
    body: { assetId: asset.assetId, uploadUrl: contentUrl(context, asset), contentType, description },
  };
};

const list: Handler<'nvcf', 'listAssets'> = async (context) => ({
  status: 200,
  body: { assets: (await objectsOf(context, ASSETS)).map(view) },
});

const get: Handler<'nvcf', 'getAsset', AssetRow> = ({ target }) => ({
  status: 200,
  body: { asset: view(target.body) },
});

const redirectToContent: Handler<'nvcf', 'getAssetContent', AssetRow> = (context) => ({
  status: 302,
  headers: { location: contentUrl(context, context.target.body) },
});

const remove: Handler<'nvcf', 'deleteAsset', AssetRow> = async (context) => {
  await removeObject(context, ASSETS, context.target);
  return { status: 204 };
};

async function findUpload(
  { store }: Pick<Context, 'store'>,
  { uploadId }: { readonly uploadId: string },
): Promise<AssetRow> {
  const row = await ASSETS.byAlias(store.collections, uploadId);
  if (row === null) throw new Problem('not_found', 'No upload has this id.');
  return row;
}

const upload: Handler<'nvcf', 'uploadAssetContent'> = async (context) => {
  const target = await findUpload(context, context.params);
  const content = context.body.toString('base64');
  await changeObject(context, ASSETS, target, (before) => ({ ...before, content }));
  return { status: 200 };
};

const download: Handler<'nvcf', 'downloadAssetContent'> = async (context) => {
  const { body } = await findUpload(context, context.params);
  const { content, contentType } = body;
  if (content === null) throw new Problem('not_found', 'The asset has no content yet; upload it first.');
  return { status: 200, headers: { 'content-type': contentType }, body: Buffer.from(content, 'base64') };
};

export const assetLookups = { asset: ofAccount(ASSETS) };

export const assetOperations = {
  createAsset: create,
  listAssets: list,
  getAsset: get,
  getAssetContent: redirectToContent,
  deleteAsset: remove,
  uploadAssetContent: upload,
  downloadAssetContent: download,
};
