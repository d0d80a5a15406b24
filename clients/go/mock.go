// Package nvauthmock runs nv-auth-mock, a local mock of NVIDIA's auth APIs, for tests: one server for all tests of a binary,
// and a separate world for each test.
//
//	func TestADeployerMayListFunctions(t *testing.T) {
//		t.Parallel()
//		mock := nvauthmock.Start(t).World(t)
//		client := NewClient(mock.URL, mock.Key("nvcf-deployer"))
//		...
//		mock.Verify(nvauthmock.RequestMatch{Operation: "listFunctions"}, nvauthmock.Times(1))
//	}
//
// The server ends with the process, even if that is killed. When a test fails, the latest refusals in its world are logged,
// with what was missing and how to fix it.
package nvauthmock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// TB is the part of testing.TB that this package uses. *testing.T, *testing.B, *testing.F and *Program implement it.
type TB interface {
	Helper()
	Name() string
	Cleanup(func())
	Failed() bool
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	// Fatalf ends the test.
	Fatalf(format string, args ...any)
}

// Mock is a world of a running server. On an error, its methods fail the test that it belongs to.
type Mock struct {
	// ID is the id of the world, such as `default`.
	ID string

	// URL is the base URL for the code under test.
	URL string

	// Keys creates, edits and deletes NGC keys.
	Keys KeyControl

	// Propagation controls when edits of service keys take effect.
	Propagation PropagationControl

	t       TB
	control control
	cast    *lazyCast
}

// lazyCast is a cast that is loaded on first use.
type lazyCast struct {
	once sync.Once
	cast Cast
	err  error
}

// readCast returns a lazyCast that is already loaded.
func readCast(cast Cast) *lazyCast {
	known := &lazyCast{cast: cast}
	known.once.Do(func() {})
	return known
}

func newMock(t TB, id string, cast *lazyCast, control control) *Mock {
	mock := &Mock{ID: id, URL: control.base, cast: cast, t: t, control: control}
	mock.Keys, mock.Propagation = KeyControl{mock}, PropagationControl{mock}
	return mock
}

// Start returns the default world of the server that all tests of this binary share. The first call starts the server, or
// connects to the one in NV_AUTH_MOCK_URL. Its state is shared, so tests should use a World.
//
// The flags are those of the command, such as `--runai`, `3.0`. Every list of flags has a separate server.
func Start(t TB, flags ...string) *Mock {
	t.Helper()
	running := sharedServer(flags)
	if running.err != nil {
		t.Fatalf("nvauthmock: %v", running.err)
	}
	return newMock(t, "default", readCast(running.cast), running.control)
}

// Cast returns the identities of the world, with credentials. It is loaded on first use.
func (m *Mock) Cast() Cast {
	m.t.Helper()
	cast, err := m.readCast()
	if err != nil {
		m.t.Fatalf("nvauthmock: %v", err)
	}
	return cast
}

func (m *Mock) readCast() (Cast, error) {
	m.cast.once.Do(func() {
		m.cast.err = m.control.call(http.MethodGet, "/cast?bearers=false", nil, &m.cast.cast)
	})
	return m.cast.cast, m.cast.err
}

// World creates a world for this test, with a random id and separate state, clock and credentials. It is deleted after
// the test with t.Cleanup, and its label is the test's name. Pass a WorldOrder for a different seed, or to copy a world.
func (m *Mock) World(t TB, order ...WorldOrder) *Mock {
	t.Helper()
	if len(order) > 1 {
		t.Fatalf("nvauthmock: World takes up to one WorldOrder, but got %d.", len(order))
	}
	wanted := append(order, WorldOrder{})[0]
	if wanted.Label == "" {
		wanted.Label = labelOf(t.Name())
	}
	if wanted.ID == "" {
		id, err := freshID()
		if err != nil {
			t.Fatalf("nvauthmock: %v", err)
		}
		wanted.ID = id
	}
	var made MadeWorld
	if err := m.control.making(wanted.ID).call(http.MethodPost, "/worlds", wanted, &made); err != nil {
		t.Fatalf("nvauthmock: %v", err)
	}
	world := newMock(t, made.ID, &lazyCast{}, m.control.at(made.ID))
	t.Cleanup(world.end)
	return world
}

// labelOf returns the name of a test as a label, which is limited to 500 characters.
func labelOf(name string) string {
	const longest = 500
	characters := []rune(name)
	if len(characters) > longest {
		characters = characters[:longest]
	}
	return string(characters)
}

// end logs refusals if the test failed, and deletes the world.
func (m *Mock) end() {
	m.t.Helper()
	hasFailed := m.t.Failed()
	if hasFailed {
		m.logFailure()
	}
	err := m.control.call(http.MethodDelete, "/worlds/"+m.ID, nil, nil)
	// Not reported for a failed test, or if the world was already deleted.
	if err != nil && !hasFailed && !isNotFound(err) {
		m.t.Errorf("nvauthmock: the test's world could not be deleted: %v", err)
	}
}

// Key returns the text of an NGC key in the cast, by name or `org/name`.
func (m *Mock) Key(name string) string {
	m.t.Helper()
	key, err := m.Cast().key(name)
	if err != nil {
		m.t.Fatalf("nvauthmock: %v", err)
	}
	return key
}

// Token requests an access token of Run:ai for an identity in the cast: a user by e-mail address, or an application, a
// service account or an access key by name or client id.
func (m *Mock) Token(name string) string {
	m.t.Helper()
	token, err := m.token(name)
	if err != nil {
		m.t.Fatalf("nvauthmock: no token for %q: %v", name, err)
	}
	return token
}

func (m *Mock) token(name string) (string, error) {
	var info Info
	if err := m.control.call(http.MethodGet, "/info", nil, &info); err != nil {
		return "", err
	}
	cast, err := m.readCast()
	if err != nil {
		return "", err
	}
	order, err := cast.tokenRequest(name, info.Configuration["runai"].Value)
	if err != nil {
		return "", err
	}
	var granted struct{ AccessToken string }
	err = m.control.send(patience, http.MethodPost, "/api/v1/token", order, &granted)
	return granted.AccessToken, err
}

// Advance moves the world's clock forward, with millisecond precision. Tokens expire and edits of keys take effect as usual.
func (m *Mock) Advance(by time.Duration) ClockChange {
	m.t.Helper()
	var moved ClockChange
	m.Call(http.MethodPost, "/clock/advance", Advance{By: by.Truncate(time.Millisecond).String()}, &moved)
	return moved
}

// Claims changes the claims of tokens that Run:ai issues from now on. It replaces all rules; without arguments, it removes them.
func (m *Mock) Claims(rules ...ClaimRule) []ClaimRule {
	m.t.Helper()
	var kept ClaimRules
	m.Call(http.MethodPut, "/tokens/claims", ClaimRules{Rules: append([]ClaimRule{}, rules...)}, &kept)
	return kept.Rules
}

// Fault adds a fault.
func (m *Mock) Fault(order FaultOrder) Fault {
	m.t.Helper()
	var added Fault
	m.Call(http.MethodPost, "/faults", order, &added)
	return added
}

// Requests returns the recorded requests, newest first. Pass a RequestMatch without a Body to filter them.
func (m *Mock) Requests(filter ...RequestMatch) []RecordedRequest {
	m.t.Helper()
	query := url.Values{}
	for _, match := range filter {
		if match.Body != nil {
			m.t.Fatalf("nvauthmock: Requests cannot filter by Body. Use Verify, which returns the matched requests.")
		}
		for name, value := range membersOf(match) {
			query.Set(name, fmt.Sprint(value))
		}
	}
	all, err := listOf[RecordedRequest](m.control, "requests", query, everything)
	if err != nil {
		m.t.Fatalf("nvauthmock: %v", err)
	}
	return all
}

// A Count sets how many requests Verify expects, or how long it waits for them.
type Count func(*Verification)

// Times expects exactly this number of requests.
func Times(number int) Count { return func(v *Verification) { v.Times = &number } }

// AtLeast expects this number of requests or more.
func AtLeast(number int) Count { return func(v *Verification) { v.AtLeast = &number } }

// AtMost expects this number of requests or fewer.
func AtMost(number int) Count { return func(v *Verification) { v.AtMost = &number } }

// Within waits for the requests, up to this limit.
func Within(limit time.Duration) Count {
	return func(v *Verification) { v.Within = limit.Truncate(time.Millisecond).String() }
}

// Verify fails the test unless matching requests arrived, by default at least one. It also fails for an unknown operation or
// reason.
func (m *Mock) Verify(match RequestMatch, counts ...Count) Verified {
	m.t.Helper()
	expected := Verification{Match: match}
	for _, count := range counts {
		count(&expected)
	}
	// The server rejects invalid durations.
	limit, _ := time.ParseDuration(expected.Within)
	var found Verified
	if err := m.control.send(patience+limit, http.MethodPost, "/_mock/requests/verify", expected, &found); err != nil {
		m.t.Fatalf("nvauthmock: %v", err)
	}
	if !found.Verified {
		m.t.Fatalf("nvauthmock: expected %s; %s", expectation(expected), whatCame(found))
	}
	return found
}

// AssertTokenFetchedOnce fails the test if a client fetched a token while it had a valid one. Clients may renew a token in
// the last tenth of its lifetime, and after a 401.
//
// Like the other assertions about clients, it also fails if no request could have shown the mistake.
func (m *Mock) AssertTokenFetchedOnce(t TB) {
	t.Helper()
	m.assert(t, "token-fetched-once")
}

// AssertTokenSentWithEveryRequest fails the test unless every request that needs a credential had one.
func (m *Mock) AssertTokenSentWithEveryRequest(t TB) {
	t.Helper()
	m.assert(t, "token-sent-with-every-request")
}

// AssertGaveUpAfterForbidden fails the test if a client repeated a request after a 403. A repeated request that
// succeeded doesn't count.
func (m *Mock) AssertGaveUpAfterForbidden(t TB) {
	t.Helper()
	m.assert(t, "gave-up-after-forbidden")
}

// AssertRespectedRetryAfter fails the test if a client repeated a request before the time in Retry-After had passed, by the
// world's clock.
func (m *Mock) AssertRespectedRetryAfter(t TB) {
	t.Helper()
	m.assert(t, "respected-retry-after")
}

// AssertCalledOnlyDocumentedOperations fails the test unless every request was for an operation in the current documents.
func (m *Mock) AssertCalledOnlyDocumentedOperations(t TB) {
	t.Helper()
	m.assert(t, "called-only-documented-operations")
}

func (m *Mock) assert(t TB, name string) {
	t.Helper()
	var found AssertionResult
	if err := m.control.call(http.MethodGet, "/requests/assertions/"+name, nil, &found); err != nil {
		t.Fatalf("nvauthmock: %v", err)
	}
	if !found.Passed {
		lines := append([]string{found.Sentence}, requestLines(found.Requests, len(found.Requests))...)
		t.Fatalf("nvauthmock: %s", strings.Join(lines, "\n"))
	}
}

// Call calls the control API, with a path below `/_mock`: `Call("POST", "/drills/expire-tokens", DrillOrder{}, nil)`.
// The body and the answer can be types of this package, your own types, or nil. To send null, for example for a key that
// doesn't expire, use a map.
func (m *Mock) Call(method, path string, body, answer any) {
	m.t.Helper()
	if err := m.control.call(method, path, body, answer); err != nil {
		m.t.Fatalf("nvauthmock: %v", err)
	}
}

// Ptr returns a pointer, for optional members of an order: `FaultOrder{After: Ptr(2)}`.
func Ptr[T any](value T) *T { return &value }

// ReasonOf returns why the mock refused a request, such as `missing_scope`. It is empty if the request was not refused.
func ReasonOf(answer *http.Response) string {
	var decision struct{ Reason string }
	// Without the header, there is no reason.
	_ = json.Unmarshal([]byte(answer.Header.Get("X-Mock-Decision")), &decision)
	return decision.Reason
}
