import type { StaticDocumentSpec } from '@fastify/swagger';
import fastify from 'fastify';

/** A document, as @fastify/swagger serves it. */
export interface RegisteredDocument {
  /** The document as JSON. @param server the URL that its paths are relative to */
  json(server: string): string;
  /** The document as YAML, which takes some 60 ms when it is first called. @param server as for `json` */
  yaml(server: string): string;
}

/**
 * Registers a document with @fastify/swagger in static mode. Nothing can be registered with the Fastify that listens,
 * and most servers are never asked for a document, so each has an instance of its own, made when it is first asked for.
 */
export async function registerDocument(document: object): Promise<RegisteredDocument> {
  const { fastifySwagger } = await import('@fastify/swagger');
  const app = fastify();
  // Tests prove that the documents are valid. The server is the only member that differs between worlds.
  const { servers: _, ...rest } = document as Extract<StaticDocumentSpec['document'], { openapi: string }>;
  await app.register(fastifySwagger, { mode: 'static', specification: { document: rest } });
  const text = JSON.stringify(app.swagger());
  return {
    json: (server) => `${text.slice(0, -1)},"servers":${JSON.stringify([{ url: server }])}}`,
    yaml: (server) => `${app.swagger({ yaml: true })}servers:\n  - url: ${server}\n`,
  };
}
