"""Types of Python annotations as schemas: what the SDK of Air declares of its models and of what it sends."""

import ast
from typing import NamedTuple

PLAIN = {
    'str': {'type': 'string'},
    'int': {'type': 'integer'},
    'float': {'type': 'number'},
    'bool': {'type': 'boolean'},
    'datetime': {'type': 'string', 'format': 'date-time'},
    'UUID': {'type': 'string', 'format': 'uuid'},
    # `str | UUID`
    'PrimaryKey': {'type': 'string'},
    'Any': {},
}
# What only the caller of the SDK has: a file, a time to wait, an argument that is not given.
LOCAL = ('Path', 'TextIOBase', 'timedelta', '_MISSING_TYPE')


class Parameter(NamedTuple):
    type: ast.expr
    required: bool


class Field(NamedTuple):
    type: ast.expr
    required: bool
    is_key: bool
    is_lazy: bool


def parameters_of(function):
    """The named parameters of a method that have a type."""
    taken = function.args
    places = [*taken.posonlyargs, *taken.args]
    defaults = [None] * (len(places) - len(taken.defaults)) + list(taken.defaults)
    pairs = [*zip(places, defaults), *zip(taken.kwonlyargs, taken.kw_defaults)]
    return {one.arg: Parameter(one.annotation, default is None) for one, default in pairs if one.annotation is not None}


def fields_of(node):
    """The fields of a model. One without a default has to be in an answer, or the SDK cannot read it."""
    found = {}
    for one in node.body:
        if not isinstance(one, ast.AnnAssign) or one.target.id.startswith('_') or one.target.id.isupper():
            continue
        if 'ClassVar' in ast.unparse(one.annotation):
            continue
        text = '' if one.value is None else ast.unparse(one.value)
        has_default = one.value is not None and ('default' in text or not text.startswith('field('))
        is_key, is_lazy = 'FIELD_FOREIGN_KEY' in text, 'FIELD_LAZY' in text
        found[one.target.id] = Field(one.annotation, not has_default, is_key, is_lazy)
    return found


def branches_of(node):
    """The alternatives of `A | B`, `Union[A, B]` and `Optional[A]`, without what only the caller has."""
    if isinstance(node, ast.BinOp):
        return branches_of(node.left) + branches_of(node.right)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return branches_of(ast.parse(node.value, mode='eval').body)
    name = named(node)
    if isinstance(node, ast.Subscript) and name in ('Union', 'Optional'):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        found = [branch for one in inner for branch in branches_of(one)]
        return found + ([ast.Constant(None)] if name == 'Optional' else [])
    return [] if name in LOCAL else [node]


def named(node):
    inner = node.value if isinstance(node, ast.Subscript) else node
    return ast.unparse(inner).split('.')[-1]


def is_null(node):
    return isinstance(node, ast.Constant) and node.value is None


def nullable(schema):
    return {'allOf': [schema], 'nullable': True} if '$ref' in schema else {**schema, 'nullable': True}


class Types:
    """Schemas of types. Classes become components when something refers to them."""

    def __init__(self, sources, stubs):
        self.sources, self.stubs, self.components, self.added = sources, stubs, {}, {}

    def schema(self, node):
        """What a client sends, or a member of an answer."""
        all_branches = branches_of(node)
        branches = [one for one in all_branches if not is_null(one)]
        schemas = []
        for one in (self.single(branch) for branch in branches):
            if one not in schemas:
                schemas.append(one)
        merged = self.merged(schemas)
        return nullable(merged) if len(branches) < len(all_branches) else merged

    def merged(self, schemas):
        if len(schemas) == 1:
            return schemas[0]
        types = [one.get('type') for one in schemas]
        if {'type': 'number'} in schemas and all(one in ('number', 'integer') for one in types):
            return {'type': 'number'}
        if all(one == 'string' for one in types):
            # An object, or any key: `Image | PrimaryKey`.
            return {'type': 'string'}
        # A class of which any dictionary will do: its members are known, and none is demanded.
        open_ones = [one for one in schemas if one.get('type') == 'object' and '$ref' not in one]
        if open_ones and len(schemas) == 2:
            known = next(one for one in schemas if one is not open_ones[0])
            if '$ref' in known:
                component = self.components[known['$ref'].split('/')[-1]]
                return {key: value for key, value in component.items() if key != 'required'}
        return {'anyOf': schemas}

    def single(self, node):
        name = named(node)
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if name == 'Literal':
                return {'type': 'string', 'enum': [one.value for one in inner]}
            if name in ('list', 'List'):
                return {'type': 'array', 'items': self.schema(inner[0])}
            if name in ('dict', 'Dict'):
                return {'type': 'object', 'additionalProperties': self.schema(inner[1]) or True}
        if name in ('dict', 'Dict', 'DataDict'):
            return {'type': 'object', 'additionalProperties': True}
        return PLAIN.get(name) or ({} if name == 'Any' else self.of_class(name))

    def class_of(self, name):
        node = self.stubs.get(name) or self.sources.get(name)
        if node is None:
            raise ValueError(f'unknown type {name}')
        return node

    def bases_of(self, name):
        return [ast.unparse(base).split('.')[-1] for base in self.class_of(name).bases]

    def is_model(self, name):
        return 'AirModel' in self.bases_of(name)

    def of_class(self, name):
        """Models are sent and answered as their keys; other classes are objects."""
        if self.is_model(name):
            return PLAIN['UUID']
        if name not in self.components:
            self.components[name] = {}
            self.components[name].update(self.plain_class(name))
        return {'$ref': f'#/components/schemas/{name}'}

    def plain_class(self, name):
        node = self.class_of(name)
        properties, required = {}, []
        for base in self.bases_of(name):
            if base != 'TypedDict' and (base in self.stubs or base in self.sources):
                inherited = self.plain_class(base)
                properties.update(inherited['properties'])
                required += inherited.get('required', [])
        is_total = not any(word.arg == 'total' and word.value.value is False for word in node.keywords)
        for key, field in fields_of(node).items():
            properties[key] = self.schema(field.type)
            required += [key] if is_total and field.required else []
        return {'type': 'object', 'properties': properties, **({'required': required} if required else {})}

    def returned(self, node):
        if isinstance(node, ast.Subscript) and named(node) in ('list', 'List'):
            return {'type': 'array', 'items': self.returned(node.slice)}
        name = named(node)
        return self.answer(name) if self.is_model(name) else self.single(node)

    def answer(self, model, is_item=False):
        """A model as it is answered. Members that are read only when they are needed are not in lists."""
        source, stub = fields_of(self.sources[model]), fields_of(self.stubs[model]) if model in self.stubs else {}
        has_lazy = any(field.is_lazy for field in source.values())
        name = f'{model}Item' if is_item and has_lazy else model
        if name not in self.components:
            self.components[name] = {}
            absent = {key for key, field in source.items() if is_item and field.is_lazy} | self.added.get(model, set())
            kept = {key: field for key, field in {**source, **stub}.items() if key not in absent}
            self.components[name].update(self.model_schema(kept, source))
        return {'$ref': f'#/components/schemas/{name}'}

    def model_schema(self, fields, source):
        properties, required = {}, []
        for key, field in fields.items():
            schema = PLAIN['UUID'] if key == 'id' else self.schema(field.type)
            own = source.get(key)
            if own is not None and any(is_null(one) for one in branches_of(own.type)):
                schema = nullable(schema)
            properties[key] = schema
            required += [key] if own is not None and own.required and not schema.get('nullable') else []
        return {'type': 'object', 'properties': properties, **({'required': required} if required else {})}
