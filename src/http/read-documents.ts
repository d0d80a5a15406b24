import type { StaticDocumentSpec } from '@fastify/swagger';
import type { PublishedPart } from '../contract/service.ts';
import { describeNeeds, type Needs } from '../decisions/explaining/index.ts';
import type { Tables } from '../decisions/rule.ts';
import { isBelow } from '../lib/path-template.ts';

export interface ReadableDocument {
  readonly name: string;
  readonly title: string;
  readonly publishedPart?: PublishedPart | undefined;
  readonly tables: Tables;
  readonly isControlApi: boolean;
  readonly read: () => Promise<string>;
}

/** A document without `servers`, the only member that differs between worlds. */
export type ExplainedDocument = Extract<StaticDocumentSpec['document'], { readonly openapi: string }>;

interface DescribedOperation {
  readonly operationId: string;
  readonly description?: string;
  readonly 'x-alias-of'?: string;
}

/** Adds to each operation's description what the operation needs, and how certain that is. */
export async function explainDocument(document: ReadableDocument): Promise<ExplainedDocument> {
  const { servers: _, ...parsed } = JSON.parse(await document.read());
  for (const operations of Object.values<Record<string, DescribedOperation>>(parsed.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const needs = findNeeds(document, operation);
      if (needs === null) continue;
      const { text, evidence } = needs;
      const certainties = evidence.map(({ about, certainty, source }) => `- ${about}: \`${certainty}\` (${source})`);
      const needsText = [`**Needs:** ${text}`, `**Certainty:**\n\n${certainties.join('\n')}`];
      const description = [...needsText, operation.description ?? ''].filter(Boolean).join('\n\n');
      operations[method] = { ...operation, description };
    }
  }
  return parsed;
}

/** Returns the part of a document below a prefix, which its paths then lack, with the components that it refers to. */
export function pickPart(document: ExplainedDocument, { prefix, title }: PublishedPart): object {
  const paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      isBelow(path, prefix) ? [[path.slice(prefix.length), item]] : [],
    ),
  );
  const all: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { ...document.components };
  const components: Record<string, Record<string, unknown>> = {
    securitySchemes: { ...document.components?.securitySchemes },
  };
  // Grows while it is read: components refer to others.
  const referring: unknown[] = [paths];
  for (const value of referring) {
    for (const [, kind = '', name = ''] of JSON.stringify(value).matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)) {
      components[kind] ??= {};
      if (components[kind][name] !== undefined) continue;
      components[kind][name] = all[kind]?.[name];
      referring.push(components[kind][name]);
    }
  }
  const { openapi, info, security } = document;
  return { openapi, info: { ...info, title }, security, paths, components };
}

/** Describes what an operation needs; null for path item members that are not operations, such as `parameters`. */
function findNeeds({ tables, isControlApi }: ReadableDocument, operation: DescribedOperation): Needs | null {
  const id = operation['x-alias-of'] ?? operation.operationId;
  const row = tables.operations.find((candidate) => candidate.id === id);
  if (row === undefined) return null;
  // The tables list the control API as public. The admin token is checked separately.
  const noCredentialText =
    isControlApi && row.unguarded !== true ? 'The admin token, if the server was started with one.' : undefined;
  return describeNeeds(tables, row, noCredentialText);
}
