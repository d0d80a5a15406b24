import type { OperationRow, Tables } from '../core/rule.ts';
import { describeNeeds, type Needs } from '../explaining/index.ts';

/** A document of a service for readers, with its title and the ruleset in force. */
export interface ReadableDocument {
  readonly name: string;
  readonly title: string;
  /** The ruleset in force, which says what each operation needs. */
  readonly tables: Tables;
  /** Is it the control API, which may need the admin token? */
  readonly isControlApi: boolean;
  readonly read: () => Promise<string>;
}

/** An operation, as the table of all operations shows it. */
export interface ListedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Its other paths. */
  readonly aliases: readonly string[];
  /** The tag that groups it in the document; null if the document does not list it. */
  readonly tag: string | null;
  readonly summary: string;
  readonly needs: Needs;
}

/** The members of a document that are read here. Tests prove that the documents are valid. */
interface DocumentText {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

interface Described {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly 'x-alias-of'?: string;
  readonly 'x-needs'?: string;
}

/** A document, with needs and certainty added to its operations' descriptions. The reader shows `x-needs` on each row. */
export async function explainDocument(document: ReadableDocument): Promise<DocumentText> {
  const parsed: DocumentText = JSON.parse(await document.read());
  const paths = Object.entries(parsed.paths).map(([path, operations]) => {
    const described = Object.entries(operations).map(([method, operation]) => [
      method,
      explainOperation(document, operation),
    ]);
    return [path, Object.fromEntries(described)];
  });
  return { ...parsed, paths: Object.fromEntries(paths) };
}

function explainOperation(document: ReadableDocument, operation: Described): Described {
  const needs = needsOf(document, operation);
  if (needs === null) return operation;
  const { text, rights, evidence } = needs;
  const sure = evidence.map(({ about, certainty, source }) => `- ${about}: \`${certainty}\` (${source})`);
  const said = [`**Needs:** ${text}`, `**Certainty:**\n\n${sure.join('\n')}`];
  return {
    ...operation,
    description: [operation.description ?? '', ...said].filter(Boolean).join('\n\n'),
    // One token opens all of the control API, or none is needed.
    ...(!document.isControlApi && { 'x-needs': rights }),
  };
}

/** Null for path items that are no operations, such as `parameters`. */
function needsOf({ tables, isControlApi }: ReadableDocument, operation: Described): Needs | null {
  const id = operation['x-alias-of'] ?? operation.operationId;
  const row = tables.operations.find((one) => one.id === id);
  if (row === undefined) return null;
  const open =
    isControlApi && row.unguarded !== true ? 'The admin token, if the server was started with one.' : undefined;
  return describeNeeds(tables, row, open);
}

/** Every operation of a service, each once, in the order of its document. */
export async function operationsIn(document: ReadableDocument): Promise<readonly ListedOperation[]> {
  const parsed: DocumentText = JSON.parse(await document.read());
  const all = Object.entries(parsed.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const documented = all.flatMap(({ path, method, operation }): ListedOperation[] => {
    const needs = needsOf(document, operation);
    if (needs === null || operation['x-alias-of'] !== undefined) return [];
    const { operationId: id, summary = '', tags: [tag = 'default'] = [] } = operation;
    const aliases = all.filter((one) => one.operation['x-alias-of'] === id).map((one) => one.path);
    return [{ id, method, path, aliases, tag, summary, needs }];
  });
  const known = new Set(documented.map(({ id }) => id));
  return [...documented, ...document.tables.operations.filter(({ id }) => !known.has(id)).map(ofHost(document.tables))];
}

/** Operations under a service's own host names, which no document can list. */
function ofHost(tables: Tables): (row: OperationRow) => ListedOperation {
  return (row) => ({
    ...{ id: row.id, method: 'any', path: '/*', aliases: [], tag: null },
    summary: 'under host names of its own',
    needs: describeNeeds(tables, row),
  });
}
