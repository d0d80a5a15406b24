import { describeNeeds, type Needs } from '../core/explaining/index.ts';
import type { OperationRow, Tables } from '../core/rule.ts';

/** A document to read: the name of its service, its title for people, and how to get its JSON text. */
export interface ReadableDocument {
  readonly name: string;
  readonly title: string;
  /** The law in force, from which it is said what each operation needs. */
  readonly tables: Tables;
  /** Is it that of the switchboard, which asks for the admin token where there is one? */
  readonly isSwitchboard: boolean;
  readonly read: () => Promise<string>;
}

/** An operation, as the table of all operations shows it. */
export interface ListedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Further paths that it has. */
  readonly aliases: readonly string[];
  /** Under which it stands in the document; null if it does not. */
  readonly tag: string | null;
  readonly summary: string;
  readonly needs: Needs;
}

/** What of a document is read here. Tests prove that the documents are valid. */
interface DocumentText {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

interface Described {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly 'x-alias-of'?: string;
}

/** The text of a document whose operations say what they need, and how sure that is. */
export async function explainedText(document: ReadableDocument): Promise<string> {
  const parsed: DocumentText = JSON.parse(await document.read());
  const paths = Object.entries(parsed.paths).map(([path, operations]) => {
    const told = Object.entries(operations).map(([method, operation]) => [method, explained(document, operation)]);
    return [path, Object.fromEntries(told)];
  });
  return JSON.stringify({ ...parsed, paths: Object.fromEntries(paths) });
}

function explained(document: ReadableDocument, operation: Described): Described {
  const needs = needsOf(document, operation);
  if (needs === null) return operation;
  const { text, grounds } = needs;
  const sure = grounds.map(({ about, certainty, source }) => `- ${about}: \`${certainty}\` (${source})`);
  const said = [`**Needs:** ${text}`, `**How sure this is:**\n\n${sure.join('\n')}`];
  return { ...operation, description: [operation.description ?? '', ...said].filter(Boolean).join('\n\n') };
}

/** Null for what is no operation, such as the parameters that all operations of a path have. */
function needsOf({ tables, isSwitchboard }: ReadableDocument, operation: Described): Needs | null {
  const id = operation['x-alias-of'] ?? operation.operationId;
  const row = tables.operations.find((one) => one.id === id);
  if (row === undefined) return null;
  const open =
    isSwitchboard && row.unguarded !== true ? 'The admin token, if the server was started with one.' : undefined;
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

/** What a service answers under host names of its own, which no document can say. */
function ofHost(tables: Tables): (row: OperationRow) => ListedOperation {
  return (row) => ({
    ...{ id: row.id, method: 'any', path: '/*', aliases: [], tag: null },
    summary: 'under host names of its own',
    needs: describeNeeds(tables, row),
  });
}
