import type { FastifyInstance, FastifyReply } from 'fastify';
import { Derived } from '../core/derived.ts';
import { checkTables } from '../core/tables.ts';
import type { ServiceDefinition } from '../service.ts';
import type { Answer } from './answer.ts';
import type { ApiDocument, Operation } from './openapi.ts';
import type { Pipeline, Route } from './passage.ts';
import { answer } from './pipeline.ts';

/** A service with its document. */
export interface Mounted {
  readonly service: ServiceDefinition;
  readonly document: ApiDocument;
}

/**
 * One route for each operation of the document; there are no others.
 *
 * @throws Error naming everything that is incomplete about the service
 */
export function mount(app: FastifyInstance, pipeline: Pipeline, mounted: Mounted): void {
  const { service, document } = mounted;
  const faults = mountFaults(mounted);
  if (faults.length > 0) {
    throw new Error(`the service \`${service.name}\` cannot be mounted:\n  ${faults.join('\n  ')}`);
  }
  for (const operation of document.operations) {
    const route = routeOf(operation, mounted);
    app.route({
      method: operation.method,
      url: operation.path.replaceAll(/\{([^}]+)\}/g, ':$1'),
      handler: async (request, reply) => {
        const { params, query, raw } = request;
        const told = await answer(
          pipeline,
          route,
          raw,
          params as Record<string, string>,
          query as Record<string, unknown>,
        );
        return sendAnswer(reply, told);
      },
    });
  }
}

export function sendAnswer(reply: object, { status, headers, payload }: Answer): FastifyReply {
  return (reply as FastifyReply).code(status).headers(headers).send(payload);
}

function routeOf(operation: Operation, { service, document }: Mounted): Route {
  const { tables, operations, lookups } = service;
  const row = tables.operations.find(({ id }) => id === operation.id);
  const handler = operations[operation.id];
  if (row === undefined || handler === undefined) throw new Error(`\`${operation.id}\` has no row or no handler`);
  const rule = tables.rules.find(({ id }) => id === row.rule) ?? null;
  const lookup = rule?.cover === undefined ? null : (lookups[rule.cover.lookup] ?? null);
  const readsBody = operation.body !== 'none' || !['GET', 'DELETE'].includes(operation.method);
  return { service, document, operation, handler, row, readsBody, rule, lookup, written: new Derived() };
}

function mountFaults({ service, document }: Mounted): string[] {
  const ids = document.operations.map(({ id }) => id);
  const handled = Object.keys(service.operations);
  return [
    ...ids
      .filter((id, index) => ids.indexOf(id) !== index)
      .map((id) => `operationId \`${id}\` occurs twice in its document`),
    ...ids.filter((id) => !handled.includes(id)).map((id) => `operation \`${id}\` has no handler`),
    ...handled.filter((id) => !ids.includes(id)).map((id) => `handler \`${id}\` has no operation`),
    ...document.operations
      .filter(({ path }) => !service.prefixes.some((prefix) => isBelow(path, prefix)))
      .map(({ path }) => `path \`${path}\` is below none of its prefixes`),
    ...checkTables(service.tables, document.operations, Object.keys(service.lookups)),
  ];
}

/** Is the path this prefix, or below it? */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
