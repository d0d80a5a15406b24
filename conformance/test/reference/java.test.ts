/** The conversion of Spring applications to reference documents. The sources are fictional. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '../../../test/support/folder.ts';
import { springDocument } from '../../reference/java/spring.mjs';

const MAPPING = 'import static org.springframework.http.MediaType.APPLICATION_JSON_VALUE;';

/** Creates the document of these sources, which are classes by name. */
async function createDocument(sources: Record<string, string>) {
  const folder = await emptyFolder();
  for (const [path, text] of Object.entries(sources)) {
    const file = join(folder, `${path}.java`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `package toys;\n${text}`);
  }
  return springDocument([folder]);
}

async function createSchema(members: string, others: Record<string, string> = {}) {
  const { components } = await createDocument({
    Toys: '@RestController public class Toys { @GetMapping("/toys") public Ball list() { return null; } }',
    Ball: `public record Ball(${members}) {}`,
    ...others,
  });
  return components.schemas.Ball;
}

describe('an operation of the document', () => {
  it('has path, parameters, body and response', async () => {
    const { paths, components } = await createDocument({
      Toys: `${MAPPING}
        @RestController @RequestMapping(path = "/v1/toys", produces = APPLICATION_JSON_VALUE)
        public class Toys {
          private static final String MOST = "10"; // a comment with { and "
          @PostMapping(value = "/{toyId}/throws", consumes = APPLICATION_JSON_VALUE)
          @Operation(summary = "Words", description = """
              More "words" { of
              the vendor """ + MOST)
          public ResponseEntity<Ball> throwBall(
              @Parameter(description = "Words") @PathVariable("toyId") UUID toy,
              @RequestParam(required = false, defaultValue = MOST) @Positive int limit,
              @RequestParam String colour,
              @RequestHeader(name = "TOY-HINTS", required = false) List<String> hints,
              @Valid @RequestBody Ball ball, Authentication authentication) { if (limit > 1) { return null; } return null; }
        }`,
      Ball: 'public record Ball(@NotNull String colour) { static final int SIZE = 3; }',
    });

    const content = { 'application/json': { schema: { $ref: '#/components/schemas/Ball' } } };
    expect(paths).toEqual({
      '/v1/toys/{toyId}/throws': {
        post: {
          parameters: [
            { name: 'toyId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
            { name: 'limit', in: 'query', schema: { type: 'integer', exclusiveMinimum: 0, default: 10 } },
            { name: 'colour', in: 'query', required: true, schema: { type: 'string' } },
            { name: 'TOY-HINTS', in: 'header', schema: { type: 'array', items: { type: 'string' } } },
          ],
          requestBody: { required: true, content },
          responses: { 200: { description: '', content } },
        },
      },
    });
    expect(components.schemas).toEqual({
      Ball: { type: 'object', properties: { colour: { type: 'string' } }, required: ['colour'] },
    });
  });

  it('has the declared statuses', async () => {
    const annotation = `@Operation(responses = {
      @ApiResponse(responseCode = "202", headers = { @Header(name = HttpHeaders.LOCATION) }),
      @ApiResponse(responseCode = "404", content = @Content(schema = @Schema(implementation = Void.class))) })`;
    const { paths } = await createDocument({
      Toys: `@RestController class Toys { @DeleteMapping("/toys") ${annotation} public String remove() {} }`,
    });

    expect(paths['/toys'].delete.responses).toEqual({
      202: {
        description: '',
        content: { '*/*': { schema: { type: 'string' } } },
        headers: { Location: { schema: { type: 'string' } } },
      },
      404: { description: '' },
    });
  });

  it('is omitted if the application hides it, and has all of its paths', async () => {
    const { paths } = await createDocument({
      Toys: `@RestController class Toys {
        @GetMapping({"/toys/{id}", "/toys"}) public void get(@PathVariable String id) {}
        @Hidden @GetMapping("/hidden") public void hidden() {} }`,
      Admin: '@RestController class Admin { @GetMapping("/admin") public void get() {} }',
      Documents: 'class Documents { void start() { config.addHiddenRestControllers(Admin.class); } }',
    });

    expect(Object.keys(paths)).toEqual(['/toys/{id}', '/toys']);
    expect(paths['/toys'].get).not.toHaveProperty('parameters');
  });
});

describe('the schema of a member', () => {
  it.each([
    ['@NotBlank @Size(max = 5) String a', { type: 'string', minLength: 1, maxLength: 5 }],
    [
      '@Pattern(regexp = Limits.NAME, message = "Words " + Limits.NAME) String a',
      { type: 'string', pattern: '^\\w"+$' },
    ],
    [
      '@NotEmpty Set<@Length(max = 1_0) String> a',
      { type: 'array', items: { type: 'string', maxLength: 10 }, uniqueItems: true, minItems: 1 },
    ],
    [
      'Map<String, List<URI>> a',
      { type: 'object', additionalProperties: { type: 'array', items: { type: 'string', format: 'uri' } } },
    ],
    ['@Schema(types = {"string", "object"}, implementation = Object.class) JsonNode a', { type: ['string', 'object'] }],
    ['Colour a', { type: 'string', enum: ['RED', 'dark blue'] }],
    ['Shape a', { type: 'string', enum: ['round', 'flat'] }],
    ['Limits.Inner a', { $ref: '#/components/schemas/Inner' }],
  ])('%s', async (member, expected) => {
    const schema = await createSchema(member, {
      Limits: `class Limits { static final String NAME = "^\\\\w\\"+$"; public static final int MOST = 99;
        static class Inner extends Base { private String b; static String c; @JsonIgnore String d; } }`,
      Base: 'class Base { @JsonProperty("base_id") @NotNull private UUID id; }',
      Colour: 'enum Colour { RED, @JsonProperty("dark blue") BLUE; }',
      Shape: `enum Shape { ROUND("round"), FLAT("flat") { void m() {} }; private final String text;
        Shape(String text) { this.text = text; } @Override public String toString() { return text; } }`,
    });

    expect(schema.properties.a).toEqual(expected);
  });

  it('has the naming of its class, inherited members, and is required only if Java checks it at run time', async () => {
    const { components } = await createDocument({
      Toys: '@RestController class Toys { @GetMapping("/toys") List<Ball> list() { return null; } }',
      Ball: `@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
        class Ball extends Toy { @NonNull private String mainColour; @Schema(requiredMode = Schema.RequiredMode.REQUIRED) int sizeInCm; }`,
      Toy: 'class Toy { @NotNull Ball inner; @Schema(hidden = true) String secret; }',
    });

    expect(components.schemas).toEqual({
      Ball: {
        type: 'object',
        properties: {
          inner: { $ref: '#/components/schemas/Ball' },
          main_colour: { type: 'string' },
          size_in_cm: { type: 'integer' },
        },
        required: ['inner', 'size_in_cm'],
      },
    });
  });

  it('is rejected for an unknown type', async () => {
    await expect(createSchema('Doll a')).rejects.toThrow('Ball: the type `Doll` is not in the folder.');
  });
});
