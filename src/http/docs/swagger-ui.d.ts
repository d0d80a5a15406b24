/** The parts of Swagger UI we use: https://github.com/swagger-api/swagger-ui/blob/master/docs/usage/configuration.md */
interface ImmutableMap {
  get(name: string): string;
  getIn(path: readonly unknown[]): unknown;
}

interface SwaggerUi {
  preauthorizeApiKey(scheme: string, value: string): void;
  readonly authActions: { logout(schemes: readonly string[]): void };
  /** Before the first authorization, `logout` fails. */
  readonly authSelectors: { authorized(): ReadonlyMap<string, unknown> };
}

interface SwaggerUiOptions {
  readonly operationsSorter?: (one: ImmutableMap, other: ImmutableMap) => number;
  readonly onComplete?: () => void;
}

interface SwaggerUiSystem {
  readonly React: { createElement(...parts: unknown[]): object; readonly Fragment: object };
  readonly specSelectors: { specJson(): ImmutableMap };
}

interface Window {
  SwaggerUIBundle: (options: SwaggerUiOptions) => SwaggerUi;
  SwaggerUIStandalonePreset: {
    readonly wrapComponents: Readonly<
      Record<
        string,
        (original: object, system: SwaggerUiSystem) => (properties: { readonly operationProps: ImmutableMap }) => object
      >
    >;
  };
}
