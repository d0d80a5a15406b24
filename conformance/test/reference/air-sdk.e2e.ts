/** The conversion of a Python SDK to a reference document. The sources are fictional. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '../../../test/support/folder.ts';
import { pythonWith } from '../../../test/support/python.ts';

const SCRIPT = fileURLToPath(new URL('../../reference/air-sdk.py', import.meta.url));
const PYTHON = pythonWith('ast');

const TOYS = `
@dataclass
class Size:
    width: int

@dataclass(eq=False)
class Toy(AirModel):
    """Words."""
    id: str
    name: str
    box: Box = field(metadata=AirModel.FIELD_FOREIGN_KEY, repr=False)
    size: Size | None = field(repr=False)
    weight: int | float
    colours: list[str] = field(default_factory=list)
    content: Optional[str] = field(default=None, metadata=AirModel.FIELD_LAZY)
    KIND_OF_TOY = 'toy'

    def wind(self, **kwargs: Any) -> None:
        response = self.__api__.client.patch(join_urls(self.detail_url, 'wind'))
        raise_if_invalid_response(response, status_code=HTTPStatus.NO_CONTENT, data_type=None)

class ToyEndpointAPI(mixins.ListApiMixin[Toy], mixins.CreateApiMixin[Toy], mixins.GetApiMixin[Toy],
                     mixins.PatchApiMixin[Toy], mixins.DeleteApiMixin, BaseEndpointAPI[Toy]):
    API_PATH = 'boxes/toys/'
    THROW_PATH = 'throw'
    model = Toy

    def create(self, **kwargs: Any) -> Toy:
        kwargs.pop('filepath', None)
        return super().create(**kwargs)

    def throw(self, *, toy: Toy | PrimaryKey, **kwargs: Any) -> list[Toy]:
        url = mixins.build_resource_url(self.url, toy, self.THROW_PATH)
        response = self.__api__.client.post(url, data=mixins.serialize_payload({'toy': toy, **kwargs}))
        raise_if_invalid_response(response, status_code=HTTPStatus.CREATED, data_type=list)
        return [self.load_model(data) for data in response.json()]
`;

const STUBS = `
@dataclass(eq=False)
class Toy(AirModel):
    id: str
    name: Literal['ball', 'doll']

class Maker(TypedDict, total=False):
    name: str

class ToyEndpointAPI(BaseEndpointAPI[Toy]):
    def list(self, *, name: str | _MISSING_TYPE = ..., state: str | None = ...) -> Iterator[Toy]: ...
    def create(self, *, name: str, box: Box | PrimaryKey, made: datetime | None = ..., maker: Maker | dict[str, Any] = ...,
               filepath: str | Path = ...) -> Toy: ...
    def patch(self, pk: PrimaryKey, *, name: str = ...) -> Toy: ...
    def throw(self, *, toy: Toy | PrimaryKey, speed: float) -> list[Toy]: ...
`;

const BOXES = `
@dataclass(eq=False)
class Box(AirModel):
    id: str
    toy: Toy

    @property
    def toys(self) -> ToyEndpointAPI:
        return ToyEndpointAPI(self.__api__, default_filters={'box': str(self.__pk__)})

class BoxEndpointAPI(BaseEndpointAPI[Box]):
    API_PATH = 'boxes/{simulation_id}/lid'
    model = Box

    def get(self, *, box: Box | PrimaryKey) -> Box:
        url = self.url.format(simulation_id=str(box))
        response = self.__api__.client.get(url)
        raise_if_invalid_response(response)
        return self.load_model(response.json() | {'toy': box})
`;

async function createDocument() {
  const folder = await emptyFolder();
  const files = { 'toys.py': TOYS, 'toys.pyi': STUBS, 'boxes.py': BOXES };
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, 'endpoints', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return JSON.parse(execFileSync(String(PYTHON), ['-B', SCRIPT, folder], { encoding: 'utf8' }));
}

describe.skipIf(PYTHON === undefined)('the document of the SDK', async () => {
  const { paths, components } = PYTHON === undefined ? { paths: {}, components: {} } : await createDocument();
  const json = (schema: object) => ({ content: { 'application/json': { schema } } });
  const text = { type: 'string' };

  it('contains the operations that the SDK calls', () => {
    expect(Object.entries<object>(paths).map(([path, item]) => `${path} ${Object.keys(item).sort()}`)).toEqual([
      '/api/v3/boxes/toys/ get,post',
      '/api/v3/boxes/toys/{id}/ delete,get,patch',
      '/api/v3/boxes/toys/{id}/throw/ post',
      '/api/v3/boxes/toys/{id}/wind/ patch',
      '/api/v3/boxes/{id}/lid/ get',
    ]);
  });

  it('contains request bodies from the stubs, without parameters that the SDK does not send', () => {
    expect(paths['/api/v3/boxes/toys/'].post.requestBody).toEqual({
      required: true,
      ...json({
        type: 'object',
        properties: {
          box: text,
          name: text,
          made: { type: 'string', format: 'date-time', nullable: true },
          maker: { type: 'object', properties: { name: text } },
        },
        required: ['box', 'name'],
      }),
    });
    expect(paths['/api/v3/boxes/toys/{id}/'].patch.requestBody).toEqual(
      json({ type: 'object', properties: { name: text } }),
    );
  });

  it('requires members of responses without a default', () => {
    const { Toy, ToyItem, Box, Size } = components.schemas;

    expect(Toy).toEqual({
      type: 'object',
      properties: {
        id: { type: 'string', format: 'uuid' },
        name: { type: 'string', enum: ['ball', 'doll'] },
        box: { type: 'string', format: 'uuid' },
        size: { allOf: [{ $ref: '#/components/schemas/Size' }], nullable: true },
        weight: { type: 'number' },
        colours: { type: 'array', items: text },
        content: { type: 'string', nullable: true },
      },
      required: ['id', 'name', 'box', 'weight'],
    });
    expect(Object.keys(ToyItem.properties)).not.toContain('content');
    expect(Size).toEqual({ type: 'object', properties: { width: { type: 'integer' } }, required: ['width'] });
    // The SDK itself adds the other member.
    expect(Object.keys(Box.properties)).toEqual(['id']);
  });
});
