import { showPath } from '../../core/redact.ts';
import type { InFlightRequest } from '../flight.ts';
import { mediaTypeOf } from '../headers.ts';
import type { VendorDocument } from '../openapi/vendor-document.ts';
import type { Operation } from '../openapi.ts';
import { pathOf } from '../transport/arrival.ts';
import { checkedBody } from './validate-response.ts';

/** Reports a request or an answer that fits only one of our document and the vendor's (`--spec-of`). */
export function compareWithVendor(inFlight: InFlightRequest): void {
  const { server, route, raw, context } = inFlight;
  const vendor = server.vendorDocuments.get(route.service.name);
  if (vendor === undefined) return;
  const { id } = route.operation;
  const report = (message: string) => {
    context.findings.report('vendor_document', message, context.now);
  };
  const found = vendor.find(route.operation.method, pathOf(raw.url));
  if (found === null) {
    report(`${id} is not in ${vendor.name}`);
    return;
  }
  const faults = [...requestFaults(inFlight, found.operation), ...answerFaults(inFlight, found.operation)];
  for (const fault of faults) report(`${id}: ${fault(vendor)}`);
}

type Told = (vendor: VendorDocument) => string;

/** A request that was refused for rights is not compared: its body was not read. */
function requestFaults({ route, context, problem }: InFlightRequest, theirs: Operation): readonly Told[] {
  if (problem !== null && problem.kind !== 'invalid_request') return [];
  const parts = () => ({ path: context.params, query: { ...context.query }, body: context.body });
  const ourFault = route.operation.requestFault(parts());
  const theirFault = faultOf(() => theirs.requestFault(parts())?.sentence ?? null);
  if (ourFault === null && theirFault !== null)
    return [({ name }) => `the request fits our document, but not ${name}: ${theirFault}`];
  if (ourFault !== null && theirFault === null)
    return [({ name }) => `the request fits ${name}, but not our document: ${ourFault.sentence}`];
  return [];
}

/** Ours were compared with our document already. */
function answerFaults({ outcome }: InFlightRequest, theirs: Operation): readonly Told[] {
  const { status } = outcome;
  const body = checkedBody(outcome);
  if (status >= 500) return [];
  const fault = faultOf(() => theirs.answerFault(status, body === undefined ? null : mediaTypeOf(outcome), body));
  return fault === null ? [] : [({ name }) => `the answer does not fit ${name}: ${fault}`];
}

/** A schema that cannot be compiled is a fault of the document. */
function faultOf(find: () => string | null): string | null {
  try {
    return find();
  } catch (thrown) {
    return `its schema cannot be used: ${showPath(thrown instanceof Error ? thrown.message : String(thrown))}`;
  }
}
