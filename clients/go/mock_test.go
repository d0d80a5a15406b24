package nvauthmock

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorder is a TB that keeps what it is told.
type recorder struct {
	said     []string
	failed   bool
	cleanups []func()
}

// record runs a test, as the testing package does, with its cleanups.
func record(test func(t TB)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(r)
	}()
	<-done
	for index := len(r.cleanups) - 1; index >= 0; index-- {
		r.cleanups[index]()
	}
	return r
}

func (r *recorder) Helper()                {}
func (r *recorder) Name() string           { return "TestRecorded" }
func (r *recorder) Cleanup(cleanup func()) { r.cleanups = append(r.cleanups, cleanup) }
func (r *recorder) Failed() bool           { return r.failed }
func (r *recorder) Logf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}
func (r *recorder) Errorf(format string, args ...any) {
	r.failed = true
	r.Logf(format, args...)
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) expect(t *testing.T, texts ...string) {
	t.Helper()
	all := strings.Join(r.said, "\n")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("expected %q in:\n%s", text, all)
		}
	}
}

// get sends a request as the code under test would.
func get(t *testing.T, mock *Mock, path, bearer string) *http.Response {
	t.Helper()
	request, err := http.NewRequest("GET", mock.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

func expectStatus(t *testing.T, answer *http.Response, status int, reason string) {
	t.Helper()
	if answer.StatusCode != status || ReasonOf(answer) != reason {
		t.Errorf("got %d for %q, not %d for %q", answer.StatusCode, ReasonOf(answer), status, reason)
	}
}

const functions, users = "/v2/nvcf/functions", "/api/v1/users"

func TestParallelTestsHaveWorldsOfTheirOwn(t *testing.T) {
	server := Start(t)
	var keys sync.Map
	for number := 0; number < 20; number++ {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			t.Parallel()
			mock := server.World(t)
			key := mock.Key("nvcf-deployer")
			if _, isKnown := keys.LoadOrStore(key, true); isKnown {
				t.Error("two worlds have the same key")
			}
			expectStatus(t, get(t, mock, functions, key), 200, "")
			mock.Advance(time.Hour)
			mock.Verify(RequestMatch{Operation: "listFunctions", Status: 200}, Times(1))
			if requests := mock.Requests(); len(requests) != 1 || requests[0].World != mock.ID {
				t.Errorf("the journal has %d requests", len(requests))
			}
		})
	}
}

func TestTheServerIsStartedOnce(t *testing.T) {
	if one, other := Start(t), Start(t); one.URL != other.URL || one.ID != "default" {
		t.Errorf("got %s and %s", one.URL, other.URL)
	}
}

func TestAWorldEndsWithItsTest(t *testing.T) {
	server := Start(t)
	id := ""
	ended := record(func(t TB) { id = server.World(t).ID })
	if ended.failed {
		t.Errorf("it failed: %v", ended.said)
	}
	if err := server.control.call("GET", "/worlds/"+id, nil, nil); !isNotFound(err) {
		t.Errorf("got %v", err)
	}
}

func TestAWorldThatIsGoneAlreadyIsNoFailure(t *testing.T) {
	server := Start(t)
	ended := record(func(t TB) { server.Call("DELETE", "/worlds/"+server.World(t).ID, nil, nil) })
	if ended.failed {
		t.Errorf("it failed: %v", ended.said)
	}
}

func TestAWorldHasTheNameOfItsTestAsItsLabel(t *testing.T) {
	server := Start(t)
	for wanted, order := range map[string]WorldOrder{t.Name(): {}, "chosen": {Label: "chosen"}} {
		world := server.World(t, order)
		var made WorldInfo
		if err := world.control.call(http.MethodGet, "/worlds/"+world.ID, nil, &made); err != nil {
			t.Fatal(err)
		}
		if made.Label != wanted {
			t.Errorf("the label of the world is %q, not %q", made.Label, wanted)
		}
	}
}

func TestAWorldTakesAnOrder(t *testing.T) {
	server := Start(t)
	if keys := server.World(t, WorldOrder{Seed: "none"}).Cast().Ngc.Keys; len(keys) > 0 {
		t.Errorf("a world without a seed has %d keys", len(keys))
	}
	record(func(t TB) { server.World(t, WorldOrder{ID: "Not an id"}) }).expect(t, "POST /_mock/worlds failed with 400")
	record(func(t TB) { server.World(t, WorldOrder{}, WorldOrder{}) }).expect(t, "up to one WorldOrder, but got 2")
}

// recordingTransport keeps what it sends to make worlds: the path, the id in the body, and the header.
type recordingTransport struct{ sent []string }

func (r *recordingTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodPost && strings.HasSuffix(request.URL.Path, "/_mock/worlds") {
		body, err := request.GetBody()
		if err != nil {
			return nil, err
		}
		var order WorldOrder
		if err := json.NewDecoder(body).Decode(&order); err != nil {
			return nil, err
		}
		r.sent = append(r.sent, fmt.Sprintf("%s %q %q", request.URL.Path, order.ID, request.Header["X-Mock-World"]))
	}
	return http.DefaultTransport.RoundTrip(request)
}

// recording is the same world, and what it sends to make others.
func (m *Mock) recording(t TB) (*Mock, *recordingTransport) {
	transport := &recordingTransport{}
	control := m.control
	control.client = &http.Client{Transport: transport}
	return newMock(t, m.ID, m.cast, control), transport
}

func TestTheIDOfANewWorldIsAlsoInTheHeaderByWhichBalancersSelect(t *testing.T) {
	server, transport := Start(t).recording(t)
	one, other := server.World(t), server.World(t, WorldOrder{Seed: "none"})
	given := server.World(t, WorldOrder{ID: "given"})
	nested := given.World(t)
	for index, world := range []*Mock{one, other, given, nested} {
		if wanted := fmt.Sprintf("/_mock/worlds %q [%q]", world.ID, world.ID); transport.sent[index] != wanted {
			t.Errorf("sent %s, not %s", transport.sent[index], wanted)
		}
	}
	chosen := regexp.MustCompile("^w-[0-9a-f]{12}$")
	if !chosen.MatchString(one.ID) || !chosen.MatchString(other.ID) || one.ID == other.ID || given.ID != "given" {
		t.Errorf("got the worlds %s, %s and %s", one.ID, other.ID, given.ID)
	}
}

func TestAnIDThatNoWorldCanHaveIsRefusedByTheServer(t *testing.T) {
	server := Start(t)
	for _, id := range []string{"Not an id", "ö", "two\nlines", "llm"} {
		record(func(t TB) { server.World(t, WorldOrder{ID: id}) }).expect(t, "Field `id` must")
	}
}

func TestTheCastHasTheCredentialsOfEveryVersion(t *testing.T) {
	for _, version := range []string{"2.19", "2.24", "3.0"} {
		server := Start(t, "--runai", version)
		for _, user := range server.Cast().Runai.Users {
			if answer := get(t, server, users, user.Bearer); answer.StatusCode == 401 {
				t.Errorf("the bearer of %s is refused for %s", user.Email, ReasonOf(answer))
			}
		}
		mock := server.World(t)
		names := []string{}
		for _, user := range mock.Cast().Runai.Users {
			names = append(names, user.Email)
			if user.AccessKey != nil {
				names = append(names, user.AccessKey.ClientID)
			}
		}
		for _, one := range mock.Cast().Runai.ServiceAccounts {
			names = append(names, one.Name, one.ClientID)
		}
		for _, one := range mock.Cast().Runai.Applications {
			if version != "3.0" {
				names = append(names, one.Name, one.ClientID)
			} else {
				record(func(r TB) { mock.with(r).Token(one.Name) }).expect(t, "3.0 issues no tokens to applications")
			}
		}
		for _, name := range names {
			if mock.Token(name) == "" {
				t.Errorf("%s has no token in %s", name, version)
			}
		}
	}
}

// with is the same world, used by another test.
func (m *Mock) with(t TB) *Mock {
	return newMock(t, m.ID, m.cast, m.control)
}

func TestAMisspeltNameIsAnsweredWithThoseThatThereAre(t *testing.T) {
	mock := Start(t).World(t)
	record(func(t TB) { mock.with(t).Key("nvcf-deploier") }).expect(t, `no key "nvcf-deploier"`, "The cast has nvcf-deployer, ")
	record(func(t TB) { mock.with(t).Token("admin@acme.tst") }).expect(t, `service account "admin@acme.tst"`, "The cast has admin@acme.test, ")
	empty := Start(t).World(t, WorldOrder{Seed: "none"})
	record(func(t TB) { empty.with(t).Key("any") }).expect(t, `no key "any" in the cast. It has none at all`)
}

func TestOfManyNamesTheEightNearestAreTold(t *testing.T) {
	cast := Cast{}
	for _, name := range []string{"a", "b", "c", "d", "e", "e", "f", "g", "h", "deployer"} {
		cast.Ngc.Keys = append(cast.Ngc.Keys, CastKey{Org: "one", Name: name})
	}
	_, err := cast.key("deplyer")
	if err == nil || !strings.HasSuffix(err.Error(), " deployer, d, e, a, b, c, f, g and 1 more, which GET /_mock/cast lists") {
		t.Errorf("got %v", err)
	}
}

func TestAKeyOfSeveralOrganizationsIsCalledByBoth(t *testing.T) {
	cast := Cast{}
	cast.Ngc.Keys = []CastKey{{Org: "one", Name: "ci", Key: "1"}, {Org: "two", Name: "ci", Key: "2"}}
	if _, err := cast.key("ci"); err == nil || !strings.Contains(err.Error(), "Use one of one/ci, two/ci") {
		t.Errorf("got %v", err)
	}
	if key, err := cast.key("two/ci"); key != "2" || err != nil {
		t.Errorf("got %q, %v", key, err)
	}
}

func TestTokensExpireAsTheClockIsMoved(t *testing.T) {
	mock := Start(t).World(t)
	token := mock.Token("admin@acme.test")
	expectStatus(t, get(t, mock, users, token), 200, "")
	moved := mock.Advance(2 * time.Hour)
	expectStatus(t, get(t, mock, users, token), 401, "expired_token")
	if ahead := time.Until(moved.Now); ahead < 119*time.Minute || ahead > 121*time.Minute {
		t.Errorf("the clock shows %s", moved.Now)
	}
	record(func(t TB) { mock.with(t).Advance(time.Nanosecond) }).expect(t, "/clock/advance failed with 400")
}

func TestClaimsOfIssuedTokensAreChanged(t *testing.T) {
	mock := Start(t).World(t)
	team := func() any {
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(mock.Token("admin@acme.test"), ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		var claims map[string]any
		if err := json.Unmarshal(payload, &claims); err != nil {
			t.Fatal(err)
		}
		return claims["team"]
	}
	if kept := mock.Claims(ClaimRule{Set: map[string]any{"team": "a"}}); len(kept) != 1 {
		t.Errorf("got %+v", kept)
	}
	if got := team(); got != "a" {
		t.Errorf("got %v", got)
	}
	mock.Claims()
	if got := team(); got != nil {
		t.Errorf("got %v", got)
	}
	record(func(t TB) { mock.with(t).Claims(ClaimRule{Set: map[string]any{"exp": 1}}) }).
		expect(t, "PUT /_mock/tokens/claims failed with 400")
}

func TestAFaultIsInjectedAsOrdered(t *testing.T) {
	mock := Start(t).World(t)
	token := mock.Token("admin@acme.test")
	fault := mock.Fault(FaultOrder{
		Match: &FaultMatch{Operation: "get_users"},
		Times: 1,
		Do:    FaultAction{Status: 503, RetryAfter: 7},
	})
	answer := get(t, mock, users, token)
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") != "7" {
		t.Errorf("got %d, %v", answer.StatusCode, answer.Header)
	}
	expectStatus(t, get(t, mock, users, token), 200, "")
	affected := mock.Requests(RequestMatch{Operation: "get_users", Status: 503})
	if len(affected) != 1 || affected[0].Fault != fault.ID {
		t.Errorf("got %+v", affected)
	}
	record(func(t TB) { mock.with(t).Fault(FaultOrder{Match: &FaultMatch{Operation: "get_user"}}) }).
		expect(t, "POST /_mock/faults failed with 400")
}

func TestAllPagesOfAListAreRead(t *testing.T) {
	mock := Start(t).World(t)
	token := mock.Token("admin@acme.test")
	for number := 0; number < mostAtOnce+1; number++ {
		get(t, mock, users, token)
	}
	requests := mock.Requests(RequestMatch{Operation: "get_users"})
	if len(requests) != mostAtOnce+1 {
		t.Errorf("got %d", len(requests))
	}
}

func TestVerifySaysWhatCameInstead(t *testing.T) {
	mock := Start(t).World(t)
	expected := func(t *testing.T, match RequestMatch, counts []Count, texts ...string) {
		t.Helper()
		record(func(r TB) { mock.with(r).Verify(match, counts...) }).expect(t, texts...)
	}
	match := RequestMatch{Operation: "get_users", Status: 200}
	expected(t, match, nil, "expected at least 1 request with operation `get_users` and status `200`; none came, and no other request did")
	get(t, mock, users, "nonsense")
	expected(t, match, nil, "none came", "the nearest others", "GET /api/v1/users: 401, malformed_token (request ", "status is `401`, not `200`")
	match.Status = 401
	mock.Verify(match, AtLeast(1), AtMost(2))
	mock.Verify(RequestMatch{Operation: "get_users", Status: 200}, Times(0))
	expected(t, match, []Count{Times(0)}, "expected exactly 0 requests with", "1 came, latest first:")
	expected(t, match, []Count{AtLeast(2), AtMost(3)}, "expected at least 2 and at most 3 requests with")
	expected(t, match, []Count{Times(2), Within(50 * time.Millisecond)}, "exactly 2 requests", "within 50ms; 1 came")
	expected(t, RequestMatch{Operation: "get_userz"}, nil, "failed with 400", "get_users")
	if matched := mock.Verify(match).Matched; len(matched) != 1 {
		t.Errorf("got %d", len(matched))
	}
}

func TestVerifyWaitsForARequest(t *testing.T) {
	mock := Start(t).World(t)
	go func() {
		time.Sleep(100 * time.Millisecond)
		_, _ = http.Get(mock.URL + users)
	}()
	mock.Verify(RequestMatch{Operation: "get_users"}, Within(20*time.Second))
}

func TestAnAssertionAboutAClientPassesUntilItMakesTheMistake(t *testing.T) {
	type client func(t *testing.T, mock *Mock)
	fetchToken := func(t *testing.T, mock *Mock) { mock.Token("admin@acme.test") }
	listFunctions := func(key string) client {
		return func(t *testing.T, mock *Mock) { get(t, mock, "/v2/nvcf/functions", mock.Key(key)) }
	}
	meetLimit := func(t *testing.T, mock *Mock) {
		mock.Fault(FaultOrder{
			Match: &FaultMatch{Operation: "listFunctions"}, Times: 1,
			Do: FaultAction{Status: 503, RetryAfter: 30, OffDocument: true},
		})
		listFunctions("nvcf-deployer")(t, mock)
	}
	for name, one := range map[string]struct {
		assert           func(m *Mock, t TB)
		correct, mistake client
		shown            string
	}{
		"token fetched once": {(*Mock).AssertTokenFetchedOnce, fetchToken, fetchToken, "POST /api/v1/token: 200 for admin@acme.test"},
		"token sent with every request": {
			(*Mock).AssertTokenSentWithEveryRequest, listFunctions("nvcf-deployer"),
			func(t *testing.T, mock *Mock) { _, _ = http.Get(mock.URL + users) }, "GET /api/v1/users: 401, no_token",
		},
		"gave up after forbidden": {
			(*Mock).AssertGaveUpAfterForbidden, listFunctions("nvcf-invoker"), listFunctions("nvcf-invoker"),
			"GET /v2/nvcf/functions: 403 for nvcf-invoker",
		},
		"respected Retry-After": {
			(*Mock).AssertRespectedRetryAfter, meetLimit, listFunctions("nvcf-deployer"), "GET /v2/nvcf/functions: 503",
		},
		"called only documented operations": {
			(*Mock).AssertCalledOnlyDocumentedOperations, fetchToken,
			func(t *testing.T, mock *Mock) { get(t, mock, "/api/v1/userz", "") }, "GET /api/v1/userz: 404 (request ",
		},
	} {
		one := one
		t.Run(name, func(t *testing.T) {
			mock := Start(t).World(t)
			judge := func(t TB) { one.assert(mock, t) }
			record(judge).expect(t, "failed with 409", "cannot be judged")
			one.correct(t, mock)
			one.assert(mock, t)
			one.mistake(t, mock)
			record(judge).expect(t, "a correct client", "\n  "+one.shown)
		})
	}
}

func TestRequestsCannotBeNarrowedByABody(t *testing.T) {
	mock := Start(t).World(t)
	record(func(t TB) { mock.with(t).Requests(RequestMatch{Body: 1}) }).expect(t, "Use Verify")
}

func TestAFailedTestLogsWhatWasRefusedInItsWorld(t *testing.T) {
	server := Start(t)
	other := server.World(t)
	failed := record(func(r TB) {
		mock := server.World(r)
		get(t, other, users, "of-another-test")
		for number := 0; number < 3; number++ {
			get(t, mock, "/api/v3/simulations/", mock.Key("nvcf-deployer"))
		}
		get(t, mock, "/api/v1/userz", "any")
		get(t, mock, "/api/v1/administration/access-keys", mock.Token("researcher@acme.test"))
		mock.Fault(FaultOrder{Match: &FaultMatch{Operation: "grant_token"}, Do: FaultAction{Status: 503}})
		r.Errorf("the test's own failure")
	})
	failed.expect(t, "the test's own failure", "the mock refused in TestRecorded, latest first:\n", "  GET /api/v3/simulations/\n",
		"    (3 times)", "    this rule is `inferred`, not documented: ", "fix: ", "the mock noticed in TestRecorded", "GET /api/v1/userz: 404",
		"for operation `grant_token` was not injected: no request matched")
	if text := strings.Join(failed.said, "\n"); strings.Contains(text, "of-another-test") || strings.Contains(text, users+"\n") {
		t.Errorf("it logs what another test did:\n%s", text)
	}
}

func TestATestThatPassesLogsNothing(t *testing.T) {
	server := Start(t)
	passed := record(func(r TB) { get(t, server.World(r), users, "nonsense") })
	if len(passed.said) > 0 {
		t.Errorf("it logs %v", passed.said)
	}
}

func TestAProgramNeedsNoTest(t *testing.T) {
	server := Start(t)
	program := NewProgram()
	world := server.World(program)
	program.Close()
	if err := server.control.call("GET", "/worlds/"+world.ID, nil, nil); !isNotFound(err) {
		t.Errorf("got %v", err)
	}
}

func TestACallTakesItsPathInEachForm(t *testing.T) {
	mock := Start(t).World(t)
	for _, path := range []string{"/keys", "keys", "/_mock/keys"} {
		var found struct{ Keys []Key }
		if mock.Call("GET", path, nil, &found); len(found.Keys) == 0 {
			t.Errorf("no keys at %s", path)
		}
	}
}

func TestAnEmptyListIsSentAndAnAbsentOneIsNot(t *testing.T) {
	mock := Start(t).World(t)
	key := createKey(mock, "made", "air:access")
	scopes := func(edit KeyEdit) []string { return mock.Keys.Edit(key.ID, edit).Policy.Scopes }
	if kept := scopes(KeyEdit{Name: "renamed"}); len(kept) != 1 {
		t.Errorf("got %v", kept)
	}
	if none := scopes(KeyEdit{Scopes: &[]string{}}); len(none) != 0 {
		t.Errorf("got %v", none)
	}
}
