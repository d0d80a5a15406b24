/** The part of Swagger UI that is used here: https://github.com/swagger-api/swagger-ui/blob/master/docs/usage/configuration.md */
interface SwaggerUi {
  preauthorizeApiKey(scheme: string, value: string): void;
  readonly specSelectors: {
    specJson(): { toJS(): { readonly security?: readonly Readonly<Record<string, unknown>>[] } };
  };
}

declare function SwaggerUIBundle(options: {
  readonly domNode: HTMLElement;
  readonly url: string | undefined;
  readonly deepLinking: boolean;
  readonly validatorUrl: null;
  readonly syntaxHighlight: false;
  readonly onComplete: () => void;
}): SwaggerUi;
