import type { Section } from '../../../contract/sections.ts';
import type { Sourced } from '../../../decisions/rule.ts';

export type Body = 'createTaskRequest' | 'updateSecretsRequest';

/** A limit of a request member, and the vendor's text for a violation. Only `must` refuses null. */
export interface LimitRow extends Sourced {
  readonly id: string;
  /** The bodies it applies to, by the vendor's names. */
  readonly of: readonly Body[];
  /** The path in the body. `[]` is each entry of a set, `[#]` each entry of a list, whose index responses include. */
  readonly member: string;
  /** `present`: not null; `written`: not blank either. */
  readonly must?: 'present' | 'written';
  readonly pattern?: string;
  /** Minimum and maximum number of characters or entries. */
  readonly size?: readonly [number, number];
  /** The same for the trimmed text of the value, which is JSON for an object. */
  readonly textSize?: readonly [number, number];
  /** At least one of these members is required. */
  readonly oneOf?: readonly string[];
  /** Responses must not repeat the value. */
  readonly isSecret?: true;
  readonly text: string;
}

const ENTRIES = 2147483647;
const NAME = '^[a-z0-9A-Z][a-z0-9A-Z\\-_]*$';
const KEY = '^[a-z0-9A-Z][a-z0-9A-Z\\_]*$';
const SECRET = '^[a-z0-9A-Z][a-z0-9A-Z\\_\\.\\-]*$';
const TAG = '[a-zA-Z0-9\\-_:=]+';

const SOURCE = 'published code (NVIDIA/nvcf, fadc0f81, cloud-tasks/nvct-core): annotations in rest/task/dto';
const PRESENT = { must: 'present', text: 'must not be null' } as const;
const WRITTEN = { must: 'written', text: 'must not be blank' } as const;
const GPU = 'gpuSpecification';
const POLICY = `${GPU}.helmValidationPolicy`;
const TYPES = `${POLICY}.extraKubernetesTypes`;

/** Limits of members in reporting order, which the published code does not define. */
export const LIMIT_SECTIONS = [
  {
    of: ['createTaskRequest'],
    member: 'name',
    source: SOURCE,
    certainty: 'documented',
    rows: {
      'form of a name': { pattern: NAME, text: `Invalid task name: Must conform to regex ${NAME}` },
      'length of a name': { size: [1, 128], text: 'Invalid task name: must be 1 - 128 characters long' },
      'a name': WRITTEN,
    },
  },
  {
    of: ['createTaskRequest'],
    source: SOURCE,
    certainty: 'documented',
    rows: {
      'a specification': { member: GPU, ...PRESENT },
      'a GPU': { member: `${GPU}.gpu`, ...WRITTEN },
      'an instance type': { member: `${GPU}.instanceType`, ...WRITTEN },
      'name of a policy': { member: `${POLICY}.name`, ...PRESENT },
      'types of a policy': {
        member: TYPES,
        size: [1, ENTRIES],
        text: `size must be between 1 and ${ENTRIES}`,
      },
      'group of a type': { member: `${TYPES}.[#].group`, ...WRITTEN },
      'version of a type': { member: `${TYPES}.[#].version`, ...WRITTEN },
      'kind of a type': { member: `${TYPES}.[#].kind`, ...WRITTEN },
      'form of a key': {
        member: 'containerEnvironment.[#].key',
        pattern: KEY,
        text: `Invalid environment key: Must conform to regex ${KEY}`,
      },
      'a key': { member: 'containerEnvironment.[#].key', ...WRITTEN },
      'value of a key': { member: 'containerEnvironment.[#].value', ...WRITTEN },
      'name of a model': { member: 'models.[].name', ...WRITTEN },
      'version of a model': { member: 'models.[].version', ...WRITTEN },
      'name of a resource': { member: 'resources.[].name', ...WRITTEN },
      'version of a resource': { member: 'resources.[].version', ...WRITTEN },
      'number of tags': { member: 'tags', size: [0, 64], text: 'Maximum number of tags of 64 is exceeded.' },
      'length of a tag': { member: 'tags.[]', size: [0, 128], text: 'Maximum tag length of 128 is exceeded.' },
      'form of a tag': { member: 'tags.[]', pattern: `^${TAG}$`, text: `must match "${TAG}"` },
      'length of a description': {
        member: 'description',
        size: [0, 256],
        text: 'Maximum description length of 256 is exceeded.',
      },
      'a telemetry': {
        member: 'telemetries',
        oneOf: ['logsTelemetryId', 'metricsTelemetryId', 'tracesTelemetryId'],
        text: 'Invalid request: Issues with the telemetries',
      },
    },
  },
  {
    of: ['createTaskRequest', 'updateSecretsRequest'],
    source: SOURCE,
    certainty: 'documented',
    rows: {
      'form of a secret': {
        member: 'secrets.[].name',
        pattern: SECRET,
        text: `Invalid secret name: Must conform to regex ${SECRET}`,
      },
      'length of a secret': {
        member: 'secrets.[].name',
        size: [1, 48],
        text: 'Invalid secret name: must be 1 - 48 chars long',
      },
      'a secret': { member: 'secrets.[].name', ...WRITTEN },
      'length of a value': {
        member: 'secrets.[].value',
        textSize: [1, 32768],
        isSecret: true,
        text: 'Invalid secret value specified',
      },
    },
  },
] as const satisfies readonly Section<LimitRow, 'id'>[];
