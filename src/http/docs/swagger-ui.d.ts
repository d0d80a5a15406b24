/** The parts of Swagger UI we use: https://github.com/swagger-api/swagger-ui/blob/master/docs/usage/configuration.md */
interface ImmutableMap {
  getIn(path: readonly unknown[]): unknown;
}

interface SwaggerUi {
  preauthorizeApiKey(scheme: string, value: string): void;
  readonly authActions: { logout(schemes: readonly string[]): void };
  readonly specSelectors: {
    specJson(): { toJS(): { readonly security?: readonly Readonly<Record<string, unknown>>[] } };
  };
}

interface SwaggerUiOptions {
  readonly operationsSorter?: (one: ImmutableMap, other: ImmutableMap) => number;
  readonly onComplete?: () => void;
}

interface Window {
  SwaggerUIBundle: (options: SwaggerUiOptions) => SwaggerUi;
}
