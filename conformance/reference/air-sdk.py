"""Prints the interface that the Python SDK of Air speaks, as OpenAPI: what its sources and stubs declare, no texts.

Usage: air-sdk.py FOLDER    the folder of the package `air_sdk`
"""

import ast
import json
import sys
from pathlib import Path

from air_types import Parameter, Types, parameters_of

BASE = '/api/v3/'
STATUSES = {'OK': '200', 'CREATED': '201', 'ACCEPTED': '202', 'NO_CONTENT': '204'}
VERBS = ('get', 'post', 'put', 'patch', 'delete')
# What the mixins do: method, has the path an id, status. `full` answers have members that lists leave out.
MIXINS = {
    'ListApiMixin': ('list', 'get', False, '200'),
    'CreateApiMixin': ('create', 'post', False, '201'),
    'GetApiMixin': ('get', 'get', True, '200'),
    'PutApiMixin': ('put', 'put', True, '200'),
    'PatchApiMixin': ('patch', 'patch', True, '200'),
    'DeleteApiMixin': ('delete', 'delete', True, '204'),
}
# Every list is asked for with it.
LIMIT = Parameter(ast.Name('int'), False)
# The key of another object, by which a list is filtered.
RELATED = Parameter(ast.Name('PrimaryKey'), False)
ID = {'name': 'id', 'in': 'path', 'required': True, 'schema': {'type': 'string'}}


class Sdk:
    """All classes and functions of the package: those of its sources, and of the stubs beside them."""

    def __init__(self, folder):
        self.sources, self.stubs = {}, {}
        for path in sorted([*folder.glob('*.py'), *folder.glob('endpoints/*.py*')]):
            kept = self.stubs if path.suffix == '.pyi' else self.sources
            nodes = ast.parse(path.read_text('utf8')).body
            kept.update({node.name: node for node in nodes if isinstance(node, ast.ClassDef)})
        self.types = Types(self.sources, self.stubs)
        self.constants = {name: constants_of(node) for name, node in self.sources.items()}
        endpoints = {name: found for name, found in self.constants.items() if 'API_PATH' in found and 'model' in found}
        self.apis = {name: found['model'] for name, found in endpoints.items()}
        self.clients = {one.name: ast.unparse(one.returns) for one in methods_of(self.sources, 'AirApi') if one.returns}
        self.related = self.relations()
        self.types.added = self.additions()

    def api_of(self, model):
        return next((api for api, name in self.apis.items() if name == model), None)

    def path_of(self, api):
        return BASE + self.constants[api]['API_PATH'].strip('/') + '/'

    def relations(self):
        """The filters that a list gets where it is reached from another object: {API: {name}}."""
        found = {}
        for call in (node for one in self.sources.values() for node in ast.walk(one) if isinstance(node, ast.Call)):
            for keyword in call.keywords:
                if keyword.arg == 'default_filters' and isinstance(keyword.value, ast.Dict):
                    names = [key.value for key in keyword.value.keys]
                    found.setdefault(ast.unparse(call.func), dict.fromkeys(names)).update(dict.fromkeys(names))
        return found

    def additions(self):
        """Members that the SDK adds to an answer, `response.json() | {'simulation': simulation}`: {model: names}."""
        found = {}
        for method in (one for name in self.sources for one in methods_of(self.sources, name)):
            sums = [one for one in ast.walk(method) if isinstance(one, ast.BinOp) and isinstance(one.right, ast.Dict)]
            for one in sums:
                if ast.unparse(one.left).endswith('.json()'):
                    found.setdefault(ast.unparse(method.returns), set()).update(key.value for key in one.right.keys)
        return found

    def signatures(self, owner, name):
        """A method's parameters by the stubs and by the source: (declared, taken by the source itself)."""
        source, stub = self.method(self.sources, owner, name), self.method(self.stubs, owner, name)
        taken = parameters_of(source) if source is not None else {}
        return (parameters_of(stub) if stub is not None else taken), taken, source, stub

    def method(self, classes, owner, name):
        # Names with a version are behind a layer for older callers, which the stubs leave out.
        names = (name, f'{name}_v3') if classes is self.sources else (name.removesuffix('_v3'), name)
        return next((one for want in names for one in methods_of(classes, owner) if one.name == want), None)


def methods_of(classes, name):
    return [one for one in classes[name].body if isinstance(one, ast.FunctionDef)] if name in classes else []


def constants_of(node):
    found = {}
    for one in node.body:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            value = one.value
            found[one.targets[0].id] = value.value if isinstance(value, ast.Constant) else ast.unparse(value)
    return found


def members_of(types, parameters, leave=()):
    """The schema of a body."""
    kept = {name: one for name, one in parameters.items() if name not in leave}
    schema = {'type': 'object', 'properties': {name: types.schema(one.type) for name, one in kept.items()}}
    required = [name for name, one in kept.items() if one.required]
    return {**schema, 'required': required} if required else schema


def body_of(schema):
    content = {'content': {'application/json': {'schema': schema}}}
    return {'required': True, **content} if schema.get('required') else content


def query_of(types, parameters):
    def one(name, parameter):
        schema = {key: value for key, value in types.schema(parameter.type).items() if key != 'nullable'}
        return {'name': name, 'in': 'query', **({'required': True} if parameter.required else {}), 'schema': schema}

    return [one(name, parameter) for name, parameter in parameters.items()]


def answer_of(status, schema):
    content = {} if schema is None else {'content': {'application/json': {'schema': schema}}}
    return {status: {'description': '', **content}}


def page_of(item):
    link = {'type': 'string', 'nullable': True}
    results = {'type': 'array', 'items': item}
    properties = {'count': {'type': 'integer'}, 'next': link, 'previous': link, 'results': results}
    return {'type': 'object', 'properties': properties, 'required': list(properties)}


def common_operations(sdk, api):
    """The operations that an endpoint has by its mixins."""
    model, types, node = sdk.apis[api], sdk.types, sdk.sources[api]
    bases = [ast.unparse(base).split('.')[-1].split('[')[0] for base in node.bases]
    related = dict.fromkeys(sdk.related.get(api, []), RELATED)
    for name, method, has_id, status in (MIXINS[base] for base in bases if base in MIXINS):
        declared, _, source, _ = sdk.signatures(api, name)
        if source is not None and any(isinstance(one, ast.Raise) for one in source.body):
            continue
        operation = {}
        if name == 'list':
            operation['parameters'] = query_of(types, {**related, **declared, 'limit': LIMIT})
            operation['responses'] = answer_of(status, page_of(types.answer(model, is_item=True)))
        else:
            if name in ('create', 'put', 'patch'):
                sent = declared if name != 'patch' else patched(sdk, api)
                kept = {**related, **sent} if name == 'create' else sent
                operation['requestBody'] = body_of(members_of(types, kept, [*unsent(source), 'pk']))
            operation['responses'] = answer_of(status, None if name == 'delete' else types.answer(model))
        yield sdk.path_of(api) + ('{id}/' if has_id else ''), method, operation


def patched(sdk, api):
    """The members of a patch: some endpoints declare them where they patch, others where an object is updated."""
    found = {}
    for owner, name in ((api, 'patch'), (api, 'update'), (sdk.apis[api], 'update')):
        declared, taken, _, stub = sdk.signatures(owner, name)
        found.update({key: one for key, one in declared.items() if stub is None or key not in taken})
    return {key: one._replace(required=False) for key, one in found.items()} if found else {}


def unsent(source):
    """The arguments that a method takes out before it sends the rest."""
    if source is None:
        return set()
    taken = {one.args[0].value for one in calls_in(source) if ast.unparse(one.func) == 'kwargs.pop'}
    return taken - set(literal_members(source))


def calls_in(source):
    return [one for one in ast.walk(source) if isinstance(one, ast.Call)]


def literal_members(source):
    """The members that a method writes itself: `{'simulation': simulation, **kwargs}`."""
    dicts = [one for one in ast.walk(source) if isinstance(one, ast.Dict) and any(key is None for key in one.keys)]
    return [key.value for one in dicts for key in one.keys if key is not None]


def special_operations(sdk, owner, source):
    """The operations that a method calls by itself."""
    for call in calls_in(source):
        client, _, verb = ast.unparse(call.func).rpartition('.')
        if verb not in VERBS or not client.endswith('.client'):
            continue
        path = Paths(sdk, owner, source).text(call.args[0])
        sent = sent_by(sdk, owner, source)
        operation = {}
        words = [keyword.arg for keyword in call.keywords]
        if 'params' in words:
            operation['parameters'] = query_of(sdk.types, sent)
        elif 'data' in words:
            operation['requestBody'] = body_of(members_of(sdk.types, sent))
        operation['responses'] = special_answer(sdk, source, sdk.method(sdk.stubs, owner, source.name))
        yield path, verb, operation


def sent_by(sdk, owner, source):
    """What a method sends: what it writes itself, and what it passes on without a look."""
    declared, taken, _, stub = sdk.signatures(owner, source.name)
    own = literal_members(source)
    passed = [] if stub is None and own else [key for key in declared if stub is None or key not in taken]
    in_path = ['simulation'] if 'simulation_id' in sdk.constants.get(owner, {}).get('API_PATH', '') else []
    return {key: one for key, one in declared.items() if key in [*own, *passed] and key not in in_path}


def special_answer(sdk, source, stub):
    """The status that a method expects, and what it makes of the answer."""
    checks = [one for one in calls_in(source) if ast.unparse(one.func) == 'raise_if_invalid_response']
    words = {keyword.arg: ast.unparse(keyword.value) for keyword in checks[0].keywords} if checks else {}
    status = STATUSES[words.get('status_code', 'HTTPStatus.OK').split('.')[-1]]
    if words.get('data_type') == 'None':
        return answer_of(status, None)
    returns = [ast.unparse(one.returns) for one in (source, stub) if one is not None and one.returns is not None]
    told = [one for one in returns if one != 'None' and not one.startswith('dict[')]
    schema = sdk.types.returned(ast.parse(told[0], mode='eval').body) if told else {'type': 'object'}
    return answer_of(status, schema)


class Paths:
    """The path of a request, from the expression that makes its address."""

    def __init__(self, sdk, owner, source):
        self.sdk, self.source = sdk, source
        self.api = owner if owner in sdk.apis else sdk.api_of(owner)
        assigned = [one for one in ast.walk(source) if isinstance(one, ast.Assign)]
        self.names = {ast.unparse(one.targets[0]): one.value for one in assigned}

    def text(self, node):
        parts = self.parts(node)
        if parts is None:
            raise ValueError(f'{self.api}.{self.source.name}: the path `{ast.unparse(node)}` is not understood')
        return '/' + '/'.join(part.strip('/') for part in parts) + '/'

    def parts(self, node):
        text = ast.unparse(node)
        if isinstance(node, ast.Name) and node.id in self.names:
            return self.parts(self.names[node.id])
        if isinstance(node, ast.Constant):
            return [node.value]
        if text.endswith('.url'):
            api = self.client_of(node)
            return None if api is None else [self.sdk.path_of(api)]
        if text == 'self.detail_url':
            return [self.sdk.path_of(self.api), '{id}']
        if text.startswith('str('):
            return ['{id}']
        if isinstance(node, ast.Attribute):
            return [self.sdk.constants[self.api][node.attr]]
        return self.called(node, text) if isinstance(node, ast.Call) else None

    def called(self, node, text):
        name = ast.unparse(node.func).split('.')[-1]
        if name == 'format':
            path = self.parts(node.func.value)
            return None if path is None else [part.replace('{simulation_id}', '{id}') for part in path]
        if name == 'build_resource_url':
            base, _, *rest = node.args
            return self.joined([base]) + ['{id}'] + self.joined(rest)
        return self.joined(node.args) if name == 'join_urls' else None

    def joined(self, nodes):
        parts = [self.parts(node) for node in nodes]
        return None if None in parts else [one for part in parts for one in part]

    def client_of(self, node):
        """The endpoint of `self.url`, and of a name that holds `self.__api__.ztp_scripts`."""
        if ast.unparse(node) == 'self.url':
            return self.api
        held = self.names.get(ast.unparse(node.value))
        return self.sdk.clients.get(held.attr) if isinstance(held, ast.Attribute) else None


def document_of(sdk):
    paths = {}

    def add(operations):
        for path, method, operation in operations:
            ids = [ID] if '{id}' in path else []
            parameters = [*ids, *operation.pop('parameters', [])]
            paths.setdefault(path, {})[method] = {**({'parameters': parameters} if parameters else {}), **operation}

    for api in sdk.apis:
        add(common_operations(sdk, api))
    for owner in [*sdk.apis, *sdk.apis.values()]:
        for method in methods_of(sdk.sources, owner):
            add(special_operations(sdk, owner, method))
    return {
        'openapi': '3.0.3',
        'paths': dict(sorted(paths.items())),
        'components': {'schemas': dict(sorted(sdk.types.components.items()))},
    }


if __name__ == '__main__':
    print(json.dumps(document_of(Sdk(Path(sys.argv[1])))))
