import { ask } from '../control-api/client.ts';
import { createQueries } from './query.ts';

interface DocumentedOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly required?: boolean }[];
}

/** The parts of an OpenAPI document that the console uses. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

const readDocument = createQueries((service) => ask<Document>('GET', `/openapi/${service}.json`));

export interface DocumentedRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly needsNoParameters: boolean;
}

/** Reads the requests that the document of a service describes, in its order. @throws like the control API */
export async function readDocumentedRequests(service: string): Promise<readonly DocumentedRequest[]> {
  const { paths } = await readDocument(service);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([name, { operationId: operation, summary, parameters = [] }]) => {
      if (operation === undefined) return [];
      const needsNoParameters = !path.includes('{') && !parameters.some(({ required }) => required);
      return [
        {
          operation,
          method: name.toUpperCase(),
          path,
          summary: summary ?? formatOperation(operation),
          needsNoParameters,
        },
      ];
    }),
  );
}

/** Turns an operation id into words: `createFunction` and `create_function` become "Create function". */
export function formatOperation(operation: string): string {
  const words = operation.replaceAll('_', ' ').replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.replace(/^./, (first) => first.toUpperCase());
}

/** Returns the path of the documentation page of an operation in this world. @throws like the control API */
export async function findDocumentPage(service: string, operation: string): Promise<string> {
  const { paths } = await readDocument(service);
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const [tag] = operations.find(({ operationId }) => operationId === operation)?.tags ?? [];
  return `/docs/${service}/${tag === undefined ? '' : `#/${encodeURIComponent(tag)}/${operation}`}`;
}
