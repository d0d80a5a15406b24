import inspect
import typing

import nv_auth_mock
from nv_auth_mock import _control


def test_every_type_of_the_package_is_there():
    functions = [
        getattr(member, "__func__", member)
        for owner in (getattr(nv_auth_mock, name) for name in nv_auth_mock.__all__)
        for member in vars(owner).values()
    ]
    hints = [
        typing.get_type_hints(one, {**vars(typing), **vars(inspect.getmodule(one)), "control": _control})
        for one in functions
        if inspect.isfunction(one)
    ]
    assert len(hints) > 30
    assert all("return" in one for one in hints)


def test_members_that_are_words_of_python_are_optional_where_the_document_says_so():
    assert _control.TokenOrder.__required_keys__ == {"for"}
    assert "claims" in _control.TokenOrder.__optional_keys__
    assert "as" in _control.Fix_Request.__optional_keys__
