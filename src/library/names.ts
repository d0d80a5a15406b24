import type { ServiceName as Documented, OperationId } from '../contract/documented.ts';

// The package has these types written out (`scripts/types.mjs`), because the documents' own types are not in it.

/** A service that is emulated. */
export type ServiceName = Exclude<Documented, 'control'>;

/** An operation of a service, by the `operationId` of its document; `invokeAtOwnHost`, under a function's own host name, is in none. */
export type OperationName = { [Service in ServiceName]: OperationId<Service> }[ServiceName] | 'invokeAtOwnHost';
