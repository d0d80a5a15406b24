/** The part of Swagger UI that is used here: https://github.com/swagger-api/swagger-ui/blob/master/docs/usage/configuration.md */
interface ImmutableMap {
  get(name: string): unknown;
  getIn(path: readonly unknown[]): unknown;
}

interface React {
  readonly Fragment: unknown;
  createElement(type: unknown, props: object | null, ...children: readonly unknown[]): object;
}

/** What a plugin is given. */
interface SwaggerSystem {
  readonly React: React;
  readonly specSelectors: { specJson(): ImmutableMap };
}

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
  readonly operationsSorter: (one: ImmutableMap, other: ImmutableMap) => number;
  readonly plugins: readonly (() => {
    readonly wrapComponents: Readonly<
      Record<
        string,
        (Original: unknown, system: SwaggerSystem) => (props: { readonly operationProps: ImmutableMap }) => object
      >
    >;
  })[];
  readonly onComplete: () => void;
}): SwaggerUi;
