import type { NotEmulatedRow, Section } from '../../../../contract/sections.ts';

/** Image generation, and counting tokens. */
export const NOT_EMULATED_SECTIONS = [
  {
    source: 'published gateway code (NVIDIA/nvcf, fadc0f81, vanity-gateway)',
    certainty: 'documented',
    methods: ['POST'],
    rows: ['/integrate/v1/images/generations', '/integrate/v1/images/edits', '/integrate/v1/images/variations'],
  },
  {
    source:
      "Anthropic's reference, `POST /v1/messages/count_tokens`: the SDK for `/integrate/v1/messages` has the call",
    certainty: 'inferred',
    methods: ['POST'],
    rows: ['/integrate/v1/messages/count_tokens'],
  },
] as const satisfies readonly Section<NotEmulatedRow, 'path'>[];
