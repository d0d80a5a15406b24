import { essenceOf, isJsonType } from '../../responses/media-type.ts';
import { type HintRule, linesOf, type RefusedRequest } from './refused-request.ts';

function mediaType(refused: RefusedRequest): string {
  return essenceOf(linesOf(refused, 'content-type')[0]) ?? '';
}

const FORM = 'application/x-www-form-urlencoded';

const DOCUMENTED_TYPES = { source: 'the media types in the documents', certainty: 'documented' } as const;

export const BODY_HINTS: readonly HintRule[] = [
  {
    code: 'form_instead_of_json',
    symptom: 'a form (`a=b&c=d`) where JSON is needed',
    ...DOCUMENTED_TYPES,
    when: (refused) => {
      const { bodyForm, problem, text } = refused;
      if (bodyForm !== 'json') return null;
      if (problem.kind === 'unsupported_media_type' && mediaType(refused) === FORM) {
        return 'The body is a form, but this operation needs JSON. Send `Content-Type: application/json` and a JSON object. `curl -d` sends a form unless `-H` sets the type; `requests` sends JSON with `json=`, not with `data=`.';
      }
      if (problem.kind !== 'invalid_request' || text === null || !/^\s*[A-Za-z_][\w.-]{0,100}=/.test(text)) return null;
      return 'The header says JSON, but the body is a form (`a=b&c=d`). Send a JSON object.';
    },
  },
  {
    code: 'json_without_type',
    symptom: 'JSON sent as `text/plain`, or without `Content-Type`',
    ...DOCUMENTED_TYPES,
    when: (refused) => {
      if (refused.bodyForm !== 'json' || refused.problem.kind !== 'unsupported_media_type') return null;
      const type = mediaType(refused);
      if (type !== '' && type !== 'text/plain') return null;
      return 'The body is not declared as JSON. Send `Content-Type: application/json`. `fetch` sends `text/plain` for a string unless its headers set the type.';
    },
  },
  {
    code: 'json_instead_of_form',
    symptom: 'JSON where a form is needed',
    source: 'RFC 6749, 4: parameters are sent as a form',
    certainty: 'documented',
    when: (refused) => {
      const { bodyForm, problem, text } = refused;
      if (bodyForm !== 'form') return null;
      const isRefusedType = problem.kind === 'unsupported_media_type' && isJsonType(mediaType(refused));
      const isText = problem.kind === 'invalid_request' && text !== null && /^\s*[{[]/.test(text);
      if (!isRefusedType && !isText) return null;
      return 'The body is JSON, but this operation needs a form. Send `Content-Type: application/x-www-form-urlencoded` and `grant_type=...&client_id=...`, such as with `data=` in `requests`, or `URLSearchParams` with `fetch`.';
    },
  },
];
