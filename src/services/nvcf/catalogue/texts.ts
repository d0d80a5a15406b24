/** The gateway's plain text messages. */
export const TEXTS = {
  reservedHeader: 'reserved header in external request',
  notDecoded: 'failed to decode json body',
  noPage: '404 page not found',
  modelNotFound: 'model not found',
  noModel: 'Model does not exist by the name of',
  noAuthorization: 'Header of type `authorization` was missing',
  otherAuthorization: 'Unauthorized access',
} as const;

/** The gateway's errors in the format of OpenAI's API. */
export const GATEWAY_ERRORS = {
  tooLarge: {
    message:
      'Please make sure your payload is below 26214400 bytes in size. If larger assets are required please refer to our Assets API.',
    code: 'invalid_image_format',
  },
  modelMissing: { message: 'model field is required', code: 'missing_required_field' },
} as const;

export const MODEL_ERRORS = {
  inputType: "'input_type' parameter is required for asymmetric models",
  unsupported: 'Validation: Unsupported parameter(s)',
  singleToolCalls: 'This model only supports single tool-calls at once!',
} as const;
