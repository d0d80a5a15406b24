import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext } from '../../../contract/request.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import { isOneOf, own } from '../../../lib/members.ts';
import { creatorOf } from '../caller.ts';
import { createOperations } from '../crud.ts';
import type { HooksOf } from '../hooks.ts';
import { resolveReference } from '../references.ts';
import { IMAGES } from '../tables/images.ts';
import {
  MANIFESTS,
  OS_IMAGE_MANIFESTS,
  OS_TEMPLATES,
  PLATFORM_INFORMATION,
  PLUGIN_IMAGES,
} from '../tables/manifests.ts';
import { UPLOADED } from './images.ts';

function completeManifest<Members>({ caller }: AuthenticatedContext, members: Members) {
  return { members: { ...members, org_name: caller.principal.org ?? '', port_mapping_required: false } };
}

const OS_IMAGE_HOOKS: HooksOf<'os_image_manifests'> = {
  complete: async (context, members) => {
    const image = await resolveReference(context, IMAGES, 'image', members.image);
    const { upload_status } = image.body.members;
    if (!isOneOf(UPLOADED, upload_status)) {
      const message = `Field \`image\` is an image with \`upload_status\` \`${upload_status}\`; expected \`COMPLETE\`.`;
      throw invalidRequest(message);
    }
    return { members: { ...members, creator: creatorOf(context) } };
  },
};

type Render = Schema<'air', 'OsTemplate'>['render'];

const OS_TEMPLATE_HOOKS: HooksOf<'os_templates'> = {
  complete: (context, { render, ...members }) => ({
    members: {
      ...members,
      render: completeFiles(render),
      org: context.caller.principal.org ?? '',
      creator: creatorOf(context),
    },
  }),
};

/** Returns files with defaults for owner, group and mode. @throws Problem if a path is not absolute and canonical */
function completeFiles(
  render: Readonly<Record<string, { readonly content: string } & Partial<Render[string]>>>,
): Render {
  const entries = Object.entries(render).map(([path, file]) => {
    const [first, ...segments] = path.split('/');
    if (first !== '' || segments.length === 0 || segments.some((segment) => ['', '.', '..'].includes(segment))) {
      const message = `Field \`render\` has the path \`${path}\`; expected an absolute path such as \`/etc/hostname\`, without \`.\`, \`..\`, double slashes or a trailing slash.`;
      throw invalidRequest(message);
    }
    const { content, owner = 'root', group = 'root', mode = '0644' } = file;
    return [path, { content, owner, group, mode }] as const;
  });
  return Object.fromEntries(entries);
}

const PLATFORM_HOOKS: HooksOf<'platform_information'> = {
  complete: (context, members) => {
    const { os_type, emulation_type, port_map, ports_config } = members;
    if ((os_type === null) === (emulation_type === null)) {
      throw invalidRequest('Send exactly one of the fields `os_type` and `emulation_type`.');
    }
    const { default_split, split_options } = ports_config;
    const unmapped = [default_split, ...split_options].find((split) => own(port_map, split) === undefined);
    if (unmapped !== undefined) {
      const message = `Field \`ports_config\` has the split factor \`${unmapped}\`, which is not a key of \`port_map\`.`;
      throw invalidRequest(message);
    }
    return { members: { ...members, creator: creatorOf(context) } };
  },
};

export const manifestOperations = {
  ...createOperations(MANIFESTS, { complete: completeManifest }),
  ...createOperations(PLUGIN_IMAGES, { complete: completeManifest }),
  ...createOperations(OS_IMAGE_MANIFESTS, OS_IMAGE_HOOKS),
  ...createOperations(OS_TEMPLATES, OS_TEMPLATE_HOOKS),
  ...createOperations(PLATFORM_INFORMATION, PLATFORM_HOOKS),
};
