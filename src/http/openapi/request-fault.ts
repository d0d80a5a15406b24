import type { ErrorObject } from 'ajv';
import { own } from '../../core/own.ts';
import { violationsSentence } from '../violations.ts';
import type { JsonSchema } from './prepared.ts';

/** What is wrong with a request, and which other versions it would be right for. */
export interface RequestFault {
  readonly sentence: string;
  readonly otherVersions: readonly string[];
}

/** @param errors at least one, as ajv lists them */
export function requestFaultOf(errors: readonly ErrorObject[]): RequestFault {
  const [first] = errors;
  const schema: JsonSchema | undefined = first?.parentSchema;
  const values = first?.keyword === 'enum' ? schema?.['x-other-versions'] : undefined;
  // Of what was sent in place of a name, nothing can be looked up, and an object may not even have a text.
  const sent: unknown = first?.data;
  const otherVersions = typeof sent === 'string' || typeof sent === 'number' ? own(values, String(sent)) : undefined;
  return { sentence: violationsSentence(errors), otherVersions: otherVersions ?? [] };
}
