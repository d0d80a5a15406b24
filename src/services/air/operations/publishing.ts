import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { isOperator } from '../caller.ts';
import { plain } from '../engine.ts';
import { storedView } from '../objects.ts';
import { approve, DEMO_PUBLICATION, deny, IMAGE_PUBLICATION, setVisibility } from '../publishing.ts';
import type { RowOf } from '../stored.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS } from '../tables/images.ts';
import { DEMO_PUBLISH_ACCESS_RECORDS } from '../tables/marketplace.ts';

type ImageRecord = RowOf<'image_publish_access_records'>;
type DemoRecord = RowOf<'demo_publish_access_records'>;

/** Only operators see the organisations on the list of a record. */
function listed<Its extends { readonly allowed_orgs: readonly string[] | null }>(
  context: AuthenticatedContext,
  view: Its,
): Its {
  return isOperator(context) ? view : { ...view, allowed_orgs: null };
}

function imageRecord(context: AuthenticatedContext, row: ImageRecord): Schema<'air', 'ImagePublishAccessRecord'> {
  return listed(context, storedView(row));
}

function demoRecord(
  context: AuthenticatedContext,
  row: DemoRecord,
): Schema<'air', 'MarketplaceDemoPublishAccessRecord'> {
  return listed(context, storedView(row));
}

const approveImage: Handler<'air', 'image_publish_access_records_approve', ImageRecord> = async (context) => ({
  status: 200,
  body: imageRecord(context, await approve(context, IMAGE_PUBLICATION, context.body)),
});

const denyImage: Handler<'air', 'image_publish_access_records_deny', ImageRecord> = async (context) => ({
  status: 200,
  body: imageRecord(context, await deny(context, IMAGE_PUBLICATION, context.body)),
});

const showImage: Handler<'air', 'image_publish_access_records_set_visibility', ImageRecord> = async (context) => ({
  status: 200,
  body: imageRecord(context, await setVisibility(context, IMAGE_PUBLICATION, context.body)),
});

const approveDemo: Handler<'air', 'demo_publish_access_records_approve', DemoRecord> = async (context) => ({
  status: 200,
  body: demoRecord(context, await approve(context, DEMO_PUBLICATION, context.body)),
});

const denyDemo: Handler<'air', 'demo_publish_access_records_deny', DemoRecord> = async (context) => ({
  status: 200,
  body: demoRecord(context, await deny(context, DEMO_PUBLICATION, context.body)),
});

const showDemo: Handler<'air', 'demo_publish_access_records_set_visibility', DemoRecord> = async (context) => ({
  status: 200,
  body: demoRecord(context, await setVisibility(context, DEMO_PUBLICATION, context.body)),
});

export const publishingOperations = {
  ...plain(IMAGE_PUBLISH_ACCESS_RECORDS, { view: imageRecord }),
  image_publish_access_records_approve: approveImage,
  image_publish_access_records_deny: denyImage,
  image_publish_access_records_set_visibility: showImage,
  ...plain(DEMO_PUBLISH_ACCESS_RECORDS, { view: demoRecord }),
  demo_publish_access_records_approve: approveDemo,
  demo_publish_access_records_deny: denyDemo,
  demo_publish_access_records_set_visibility: showDemo,
};
