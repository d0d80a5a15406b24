import type { FastifyInstance } from 'fastify';
import { listNotEmulatedOperations } from '../contract/sections.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import { serveConsole } from '../http/console.ts';
import { serveDocs } from '../http/docs.ts';
import { serveLlmsTxt } from '../http/llms-txt.ts';
import { createRoutes, type MountedService } from '../http/mount.ts';
import type { Documents } from '../http/openapi.ts';
import { createPages } from '../http/pages.ts';
import { Routes } from '../http/routes.ts';
import type { Server } from '../http/server.ts';
import { DOCS, readConsoleFile, readDocsFile, readDocumentText, readPreparedDocument } from '../lib/assets.ts';

export function openServices(
  services: readonly ServiceDefinition[],
  { settings }: Server,
  documents: Documents,
): Promise<readonly MountedService[]> {
  const mounted = services.map(async (service) => {
    const ruleset = service.rules.selectRuleset(settings);
    return { service, ruleset, document: await documents.open(ruleset.document, readPreparedDocument) };
  });
  return Promise.all(mounted);
}

export function createAllRoutes(mountedServices: readonly MountedService[]): Routes {
  return new Routes(
    mountedServices.flatMap(createRoutes),
    mountedServices.flatMap(({ document }) => document.otherVersions),
    mountedServices.flatMap(({ service }) => listNotEmulatedOperations(service.name, service.rules.notEmulated)),
  );
}

export async function servePages(
  app: FastifyInstance,
  { mounted }: { readonly mounted: readonly MountedService[] },
): Promise<void> {
  const pages = createPages(app);
  serveConsole(pages, readConsoleFile);
  const documented = mounted.map(({ service: { name, title, publishedPart, isControlApi = false }, ruleset }) => ({
    name,
    title,
    publishedPart,
    tables: ruleset.tables,
    isControlApi,
    read: () => readServedText(ruleset),
  }));
  serveLlmsTxt(pages, documented);
  serveDocs(pages, documented, { folder: DOCS, read: readDocsFile });
}

async function readServedText({ document, servedAs }: Ruleset): Promise<string> {
  const text = await readDocumentText(document);
  if (servedAs === undefined) return text;
  // The build marks the documents of other versions with this module.
  const { asVersion } = await import('../../scripts/documents/deprecated.mjs');
  const parsed = JSON.parse(text);
  const { info, ...rest } = asVersion(parsed, servedAs);
  const description = `${info.description} The operations of ${servedAs} are those of ${parsed.info.version}.`;
  return JSON.stringify({ ...rest, info: { ...info, description } });
}
