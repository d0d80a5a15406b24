import { readdirSync, readFileSync } from 'node:fs';

/** An operation of a service, with the example of its body. */
export interface DocumentedOperation {
  /** Method and path, as in the document. */
  readonly request: string;
  /** The first status of success. */
  readonly success: number;
  readonly body?: unknown;
}

/** Reads the operations of a service's documents by their ids. */
export function readDocumentedOperations(service: string): ReadonlyMap<string, DocumentedOperation> {
  const folder = new URL(`../../openapi/${service}/`, import.meta.url);
  const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const { operations: examples } = read('cast/requests.json');
  const operations = new Map<string, DocumentedOperation>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    for (const [path, methods] of Object.entries<Record<string, DocumentPart>>(read(file).paths ?? {})) {
      for (const [method, { operationId, responses }] of Object.entries(methods)) {
        const success = Math.min(...Object.keys(responses).map(Number));
        const { body } = examples[operationId] ?? {};
        operations.set(operationId, {
          request: `${method.toUpperCase()} ${path}`,
          success,
          ...(body !== undefined && { body }),
        });
      }
    }
  }
  return operations;
}

interface DocumentPart {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
}
