import type { Context, Handler } from '../../../contract/request.ts';
import { type Instant, rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import type { Row } from '../../../store/collections.ts';
import { addObject, changeRow, changeTarget, objectsOf } from '../objects.ts';
import { ofAccount } from './lookups.ts';

export const ASSETS = 'nvcf.assets';
/** Of one account, so that what is uploaded stays bounded. */
const MOST = 100;

interface Asset {
  readonly assetId: string;
  readonly contentType: string;
  readonly description: string;
  readonly createdAt: Instant;
  /** Where it is uploaded to and downloaded from: whoever knows it may. */
  readonly uploadId: string;
  /** In base64; null before the upload. */
  readonly content: string | null;
}

function view({ assetId, contentType, description, createdAt }: Asset) {
  return { assetId, contentType, description, createdAt: rfc3339(createdAt) };
}

function contentUrl({ openOrigin }: Context, { uploadId }: Asset): string {
  return `${openOrigin}/v2/nvcf/uploads/${uploadId}`;
}

const create: Handler = async (context) => {
  const { random, now } = context;
  const { contentType, description } = context.body as { contentType: string; description: string };
  const asset: Asset = {
    assetId: random.uuid(),
    contentType,
    description,
    createdAt: now,
    uploadId: random.uuid(),
    content: null,
  };
  await addObject(context, ASSETS, asset.assetId, asset, { limit: MOST, alias: asset.uploadId });
  return {
    status: 200,
    body: { assetId: asset.assetId, uploadUrl: contentUrl(context, asset), contentType, description },
  };
};

const list: Handler = async (context) => ({
  status: 200,
  body: { assets: (await objectsOf<Asset>(context, ASSETS)).map(view) },
});

const get: Handler = ({ target }) => ({ status: 200, body: { asset: view(assetOf(target)) } });

const redirectToContent: Handler = (context) => ({
  status: 302,
  headers: { location: contentUrl(context, assetOf(context.target)) },
});

const remove: Handler = async (context) => {
  await changeTarget(context, () => null);
  return { status: 204 };
};

function assetOf(row: unknown): Asset {
  return (row as Row).body as Asset;
}

async function uploaded({ store, params }: Context): Promise<Row> {
  const row = await store.collections.byAlias(ASSETS, params['uploadId'] ?? '');
  if (row === null) throw new Problem('not_found', 'There is no upload of this id.');
  return row;
}

const upload: Handler = async (context) => {
  const target = await uploaded(context);
  const content = (context.body as Buffer).toString('base64');
  await changeRow<Asset>(context, target, (before) => ({ ...before, content }));
  return { status: 200 };
};

const download: Handler = async (context) => {
  const { content, contentType } = assetOf(await uploaded(context));
  if (content === null) throw new Problem('not_found', 'Nothing was uploaded yet.');
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
