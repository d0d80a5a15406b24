import type { Arbitrary } from 'fast-check';
import { cast } from '../../support/cast.ts';
import type { Document, Operation } from '../../support/documents.ts';
import { functions, ngcCast } from '../../support/ngc-cast.ts';
import type { Answer, Request } from '../../support/server.ts';
import { asJson, type FuzzAnswer, Judge, pathOf } from './judge.ts';
import { ValuePool } from './pool.ts';
import { type FuzzRequest, ownNames, requestsOf } from './requests.ts';
import { type Enrolled, enrolled, staged } from './staging.ts';
import { ValidRequests } from './valid.ts';
import { singularOf } from './values.ts';
import { type FuzzedServer, fuzzedServer, type Versions } from './world.ts';

const HOST = { host: 'localhost:6625' };

/**
 * A reset in the middle takes away what the rest is about; every batch begins with a new world anyway. A stream of events
 * does not end.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(['reset_world', 'watch_events']);

/** Does a request make the mock drive the world of the rest: with faults? */
const isDriving = ({ url }: FuzzRequest) => url.includes('/_mock/faults');

/** Validators are made once for each set of versions. */
const judges = new Map<string, Judge>();

/** One server, what was learnt of it, and whoever may ask it. */
export class FuzzBatch {
  readonly operations: readonly Operation[];
  readonly judge: Judge;
  /** Called with each preparing request. */
  onAnswer: (request: FuzzRequest, answer: FuzzAnswer) => Promise<void> = async () => {};
  readonly #server: FuzzedServer;
  readonly #versions: Versions;
  readonly #pool = new ValuePool();
  readonly #made = new Map<Operation, Arbitrary<FuzzRequest>>();
  readonly #valid: ReadonlyMap<Document, ValidRequests>;
  #enrolled: Enrolled = { credentials: {}, preferred: {}, secrets: [] };

  static async open(versions: Versions): Promise<FuzzBatch> {
    return new FuzzBatch(await fuzzedServer(versions), versions);
  }

  private constructor(server: FuzzedServer, versions: Versions) {
    this.#server = server;
    this.#versions = versions;
    const { documents } = server;
    this.#valid = new Map(documents.map((one) => [one, new ValidRequests(one, this.#pool)]));
    const key = documents.map(({ name }) => name).join();
    this.judge = judges.get(key) ?? new Judge(documents);
    judges.set(key, this.judge);
    this.operations = documents.flatMap((one) => one.operations).filter(({ id }) => !LEFT_OUT.has(id));
  }

  /** What no answer may show. */
  get secrets(): readonly string[] {
    return this.#enrolled.secrets;
  }

  freeze(): void {
    this.#pool.freeze();
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** What the credential of a request is called. */
  nameOf({ headers }: FuzzRequest): string {
    const sent = headers['authorization'];
    if (sent === undefined) return 'nobody';
    return Object.entries(this.#enrolled.credentials).find(([, value]) => value === sent)?.[0] ?? 'somebody unknown';
  }

  documentOf(operation: Operation): Document {
    const document = this.#server.documents.find(({ operations }) => operations.includes(operation));
    if (document === undefined) throw new Error(`no document has ${operation.id}`);
    return document;
  }

  /** A body that the operation accepted, while things were made ready. */
  acceptedBody({ id }: Operation): unknown {
    return this.#pool.pickBody(id, 0);
  }

  requestsOf(operation: Operation): Arbitrary<FuzzRequest> {
    const known = this.#made.get(operation);
    if (known !== undefined) return known;
    const { credentials, preferred } = this.#enrolled;
    const made = requestsOf(
      operation,
      this.documentOf(operation),
      this.#pool,
      credentials,
      preferred[operation.service] ?? [],
    );
    this.#made.set(operation, made);
    return made;
  }

  /** Requests that are valid by the document, with the credential that most is open to. */
  validRequestsOf(operation: Operation): Arbitrary<FuzzRequest> {
    const requests = this.#valid.get(this.documentOf(operation));
    if (requests === undefined) throw new Error(`no document has ${operation.id}`);
    return requests.of(operation, this.#first(operation.service) || null);
  }

  /** Sends a request, and learns from what is accepted. */
  async send(request: FuzzRequest): Promise<FuzzAnswer> {
    const answer = await this.#server.send(request);
    if (answer.status < 300) this.#learn(request, answer);
    if (answer.status < 300 && isDriving(request)) await this.#letGo();
    if (answer.status === 302) this.#pool.addValues(parametersOf(answer.headers['location'] ?? ''));
    return answer;
  }

  /** Ends whatever would make later answers other than their documents say. */
  async #letGo(): Promise<void> {
    await this.#server.send({ method: 'DELETE', url: '/_mock/faults', headers: HOST, payload: null });
  }

  /** Sends a request that nothing is learnt from. */
  async sendUnlearnt(request: FuzzRequest): Promise<void> {
    await this.#server.send(request);
  }

  /** Credentials of every kind, what lists tell, and objects made by recipe. */
  async prepare(seed: number): Promise<void> {
    this.#pool.addValues([cast, ngcCast, { org: ['acme', 'globex'], realm: 'acme' }, functions]);
    const server = { call: this.#call };
    this.#enrolled = await enrolled(server, this.#versions);
    for (const operation of this.operations) {
      if (operation.method === 'GET' && !/\{(?!org\})/.test(operation.path)) await this.#ask(operation);
    }
    await staged(server, this.#versions, this.operations, this.#first('runai').replace('Bearer ', ''), seed);
  }

  /** The credential that most is open to. */
  #first(service: string): string {
    const { credentials, preferred } = this.#enrolled;
    return credentials[preferred[service]?.[0] ?? ''] ?? '';
  }

  async #ask({ path, service }: Operation): Promise<void> {
    const authorization = this.#first(service);
    const headers = { ...HOST, ...(authorization !== '' && { authorization }) };
    await this.#send({ method: 'GET', url: path.replace('{org}', 'acme'), headers, payload: null, body: undefined });
  }

  async #send(request: FuzzRequest): Promise<FuzzAnswer> {
    const answer = await this.send(request);
    await this.onAnswer(request, answer);
    return answer;
  }

  /** As tests call a server, whose recipes are used here. */
  readonly #call = async (line: string, { token, body, headers }: Request = {}): Promise<Answer> => {
    const [method = '', url = ''] = line.split(' ');
    const isText = typeof body === 'string';
    const answer = await this.#send({
      method,
      url,
      headers: {
        ...HOST,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      payload: body === undefined ? null : isText ? body : JSON.stringify(body),
      body: isText ? Object.fromEntries(new URLSearchParams(body)) : body,
    });
    const isJson = /json/.test(answer.headers['content-type'] ?? '');
    const value = answer.text === '' ? undefined : isJson ? JSON.parse(answer.text) : answer.text;
    return { status: answer.status, headers: answer.headers, body: value, decision: null };
  };

  #learn(request: FuzzRequest, { headers, text }: FuzzAnswer): void {
    const operation = this.judge.reached(request);
    if (operation === undefined) return;
    const isSame = request.method === operation.method;
    if (request.body !== undefined && isSame) this.#pool.addBody(operation.id, request.body);
    const steps = operation.path.split('/');
    this.#learnPath(steps, pathOf(request.url).split('/'));
    this.#pool.addValues(headers);
    const collection = steps.filter((step) => step !== '' && !step.startsWith('{')).at(-1);
    this.#pool.addValues(asJson(text), `collection:${singularOf(collection ?? '')}`);
  }

  #learnPath(steps: readonly string[], sent: readonly string[]): void {
    const found = steps.flatMap((step, index) =>
      step.startsWith('{') ? [[step.slice(1, -1), sent[index] ?? '']] : [],
    );
    const parts: Record<string, string> = Object.fromEntries(found);
    const names = ownNames(Object.keys(parts));
    if (names.length > 0)
      this.#pool.addPath(
        names,
        names.map((name) => parts[name] ?? ''),
      );
  }
}

function parametersOf(location: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(location.split('?')[1] ?? ''));
}
