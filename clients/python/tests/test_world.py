import pytest

from nv_auth_mock import MockError


def test_a_world_has_the_name_of_its_test_as_its_label(nv_auth_mock, nv_auth_mock_server, send):
    status, world, _ = send("GET", f"{nv_auth_mock.url}/_mock/worlds/{nv_auth_mock.id}")
    assert (status, world["label"].endswith("test_world.py::test_a_world_has_the_name_of_its_test_as_its_label")) == (200, True)


@pytest.mark.parametrize("name", [None, "admin@acme.test", "researcher@acme.test", "ci-bot", "ci-app"])
def test_tokens_of_everybody_of_the_cast(nv_auth_mock, send, name):
    status, _, headers = send("GET", f"{nv_auth_mock.url}/api/v1/authorization/permissions", nv_auth_mock.token(name))
    assert (status, "x-mock-decision" in headers) == (200, True)


def test_keys_by_name_and_by_organisation_and_name(nv_auth_mock, send):
    assert nv_auth_mock.key("nvcf-deployer") == nv_auth_mock.key("acme/nvcf-deployer")
    assert send("GET", f"{nv_auth_mock.url}/v2/nvcf/functions", nv_auth_mock.key("nvcf-deployer"))[0] == 200


def test_unknown_names_are_told_with_the_nearest_one(nv_auth_mock):
    with pytest.raises(LookupError, match="no key `nvcf-deplyer` .* Did you mean `nvcf-deployer`"):
        nv_auth_mock.key("nvcf-deplyer")
    with pytest.raises(LookupError, match="no key `acme/nvcf-deplyer` .* Did you mean `acme/nvcf-deployer`"):
        nv_auth_mock.key("acme/nvcf-deplyer")
    with pytest.raises(LookupError, match="Did you mean `admin@acme.test`"):
        nv_auth_mock.token("admin@acme.tst")


def test_of_many_names_the_eight_nearest_are_told(nv_auth_mock):
    with pytest.raises(LookupError) as told:
        nv_auth_mock.key("nvcf-deplyer")
    text = str(told.value)
    listed = text.split("The cast has ")[1].split(" and ")[0].split(", ")
    assert (listed[0], len(listed)) == ("`nvcf-deployer`", 8)
    more = len({key["name"] for key in nv_auth_mock.cast["ngc"]["keys"]}) - 8
    assert text.endswith(f" and {more} more (see `GET /_mock/cast`).")
    with pytest.raises(LookupError) as told:
        nv_auth_mock.key("unlike-any")
    assert "Did you mean" not in str(told.value)


def test_faults_are_listed_and_removed(nv_auth_mock):
    nv_auth_mock.faults.next("get_access_keys", status=503, offDocument=True)
    [fault] = nv_auth_mock.faults.list()
    assert (fault["fired"], fault["do"]) == (0, {"status": 503})
    nv_auth_mock.faults.clear()
    assert nv_auth_mock.faults.list() == []


def test_verify_says_what_came_instead(nv_auth_mock):
    nv_auth_mock.token()
    with pytest.raises(AssertionError) as told:
        nv_auth_mock.requests.verify(operation="grant_token", status=401)
    assert "none came" in str(told.value)
    assert "nearly: POST /api/v1/token: 200" in str(told.value)
    with pytest.raises(MockError, match="Did you mean `grant_token`"):
        nv_auth_mock.requests.verify(operation="grant_tokn")


def test_verify_shows_ten_requests_and_how_many_more_there_are(nv_auth_mock):
    for _ in range(12):
        nv_auth_mock.token()
    with pytest.raises(AssertionError) as failed:
        nv_auth_mock.requests.verify(operation="grant_token", times=1)
    lines = str(failed.value).split("\n")
    assert (len(lines), lines[-1]) == (12, "  and 2 more")


def test_keys_of_ones_own(nv_auth_mock):
    keys = nv_auth_mock.keys
    made = keys.create(type="service", name="ci", services=["air"], scopes=["air:access", "air:simulation_read"])
    assert keys.get(made["id"])["policy"]["scopes"] == ["air:access", "air:simulation_read"]
    assert keys.rotate(made["id"])["key"] != made["key"]
    assert keys.edit(made["id"], name="renamed", scopes=[])["policy"]["scopes"] == []
    assert "renamed" in [key["name"] for key in keys.list()]
    keys.delete(made["id"])
    with pytest.raises(MockError, match="No key has this id") as told:
        keys.get(made["id"])
    assert told.value.status == 404


def test_a_key_ends_when_it_is_told_and_never_where_that_is_said(nv_auth_mock):
    keys = nv_auth_mock.keys
    personal = {"type": "personal", "services": ["air"], "roles": ["air"]}
    assert keys.create(**personal, name="lasting")["expiresAt"] is None
    made = keys.create(**personal, name="short", expires_at="2100-01-16T00:00:00Z")
    assert keys.edit(made["id"], status="disabled")["expiresAt"] == "2100-01-16T00:00:00.000Z"
    edited = keys.edit(made["id"], expires_at=None)
    assert (edited["expiresAt"], edited["status"], edited["name"]) == (None, "disabled", "short")


def test_edits_of_keys_wait_until_they_are_applied(nv_auth_mock, nv_auth_mock_server):
    propagation = nv_auth_mock.propagation
    assert propagation.set(mode="fixed", delay="20m") == propagation.get()
    assert propagation.get()["mode"] == "fixed"
    assert nv_auth_mock_server.propagation.get()["mode"] == "off"
    one, other = [
        nv_auth_mock.keys.create(type="service", name=name, services=["air"], scopes=["air:access"])
        for name in ("one", "other")
    ]
    for key in (one, other):
        nv_auth_mock.keys.edit(key["id"], scopes=["air:access", "air:simulation_read"])
    assert [edit["keyId"] for edit in propagation.pending()] == [one["id"], other["id"]]
    [edit] = propagation.pending(one["id"])
    assert (edit["version"], edit["scopes"]) == (2, ["air:access", "air:simulation_read"])

    assert propagation.apply(one["id"]) == [{"keyId": one["id"], "version": 3}]
    assert [edit["keyId"] for edit in propagation.pending()] == [other["id"]]
    assert [applied["keyId"] for applied in propagation.apply()] == [other["id"]]
    assert propagation.pending() == []
    with pytest.raises(MockError, match="No key has this id"):
        propagation.apply("no-such-key")


def test_clients_of_ones_own(nv_auth_mock):
    client = nv_auth_mock.clients.create({"clientId": "app", "redirectUris": ["http://localhost:3000/"], "public": False})
    assert client["clientSecret"]
    nv_auth_mock.clients.delete("app")
    assert "app" not in [one["clientId"] for one in nv_auth_mock.clients.list()]


def test_claims_of_issued_tokens(nv_auth_mock):
    rules = [{"sub": "admin@acme.test", "set": {"team": "a"}}]
    assert nv_auth_mock.tokens.claims(rules) == rules
    assert nv_auth_mock.tokens.claims() == rules
    assert nv_auth_mock.tokens.claims([]) == []
    with pytest.raises(MockError, match="must not change `exp`"):
        nv_auth_mock.tokens.claims([{"set": {"exp": 1}}])


def test_lists_are_read_to_their_end(nv_auth_mock, send):
    for _ in range(3):
        send("GET", f"{nv_auth_mock.url}/api/v1/users")
    assert len(nv_auth_mock.requests.list(operation="get_users")) == 3
    assert len(nv_auth_mock.requests.list(operation="get_users", limit=2)) == 2


def test_a_world_knows_nothing_of_another(nv_auth_mock, nv_auth_mock_server):
    with nv_auth_mock_server.world(seed="none") as other:
        assert other.cast.get("runai", {}).get("users", []) == []
        other.clock.advance("30m")
        assert nv_auth_mock.clock.now()["ahead"] == "PT0S"
        other.stop()  # Once more at the end of the block.


def test_an_id_that_no_world_can_have_is_refused_by_the_server(nv_auth_mock_server):
    with pytest.raises(MockError, match="^Field `id` must"):
        nv_auth_mock_server.world("")


@pytest.mark.parametrize("path", ["/keys", "keys", "/_mock/keys"])
def test_a_call_takes_its_path_in_each_form(nv_auth_mock, path):
    assert nv_auth_mock.call("GET", path)["keys"]
