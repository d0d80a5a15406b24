package nvauthmock

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The timeout of a call.
const patience = 30 * time.Second

// control calls the control API of a world.
type control struct {
	// base is the URL of the world, without a trailing slash.
	base       string
	adminToken string
	client     *http.Client
	// newWorld is the id of the world that the call creates, if any.
	newWorld string
	// process is nil if the server was not started here.
	process *process
}

// ofWorld matches the path at the end of a world's URL.
var ofWorld = regexp.MustCompile(`/w/[^/]*$`)

// at returns the control API of a different world. It only changes the path, because the URL in the server's response may be
// for clients elsewhere.
func (c control) at(id string) control {
	c.base = ofWorld.ReplaceAllString(c.base, "") + "/w/" + id
	return c
}

// inHeader matches ids that can be sent in a header.
var inHeader = regexp.MustCompile(`^[a-z0-9-]+$`)

// making returns the server's control API for creating a world. A load balancer selects the process by the header.
func (c control) making(id string) control {
	c.base = ofWorld.ReplaceAllString(c.base, "")
	// The server reports what is wrong with an invalid id.
	if inHeader.MatchString(id) {
		c.newWorld = id
	}
	return c
}

// freshID returns a random id for a new world.
func freshID() (string, error) {
	var random [6]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("cannot generate an id for a world: %w", err)
	}
	return "w-" + hex.EncodeToString(random[:]), nil
}

// refusal is an error response of the server.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

func isNotFound(err error) bool {
	var refused refusal
	return errors.As(err, &refused) && refused.status == http.StatusNotFound
}

func (c control) call(method, path string, body, answer any) error {
	// Also accept paths as in the documents, and without the leading slash.
	path = strings.TrimLeft(strings.TrimPrefix(path, "/_mock"), "/")
	return c.send(patience, method, "/_mock/"+path, body, answer)
}

// send sends a request to a path of the world. Body and answer may be nil.
func (c control) send(limit time.Duration, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return fmt.Errorf("%s %s cannot be sent: %w", method, path, err)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return c.unreachable(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return c.unreachable(err)
	}
	if response.StatusCode >= 400 {
		return refusalOf(method, path, response, text)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("the response to %s %s%s cannot be read: %w. Is this the URL of an nv-auth-mock?", method, c.shown(), path, err)
	}
	return nil
}

func (c control) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, sent)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.adminToken != "" && strings.HasPrefix(path, "/_mock/") {
		request.Header.Set("X-Mock-Admin-Token", c.adminToken)
	}
	if c.newWorld != "" {
		request.Header.Set("X-Mock-World", c.newWorld)
		// The cast is loaded when a test needs it.
		request.Header.Set("Prefer", "return=minimal")
	}
	return request, nil
}

// refusalOf returns the server's error: problem documents have a detail, Run:ai's errors have a message.
func refusalOf(method, path string, response *http.Response, text []byte) error {
	var problem struct{ Detail, Message string }
	// Any other response has neither.
	_ = json.Unmarshal(text, &problem)
	said := problem.Detail + problem.Message
	if said == "" {
		said = "there is no reason in the response. Is this the URL of an nv-auth-mock?"
	}
	advice := ""
	if response.StatusCode == http.StatusUnauthorized && strings.HasPrefix(path, "/_mock/") {
		advice = " Set NV_AUTH_MOCK_ADMIN_TOKEN to it."
	}
	return refusal{response.StatusCode, fmt.Sprintf("%s %s failed with %d: %s%s", method, path, response.StatusCode, said, advice)}
}

// unreachable explains why there is no response.
func (c control) unreachable(cause error) error {
	if c.process != nil {
		if how, hasEnded := c.process.howItEnded(); hasEnded {
			return fmt.Errorf("the mock ended during the tests (%s). It wrote:\n%s", how, c.process.stderr.String())
		}
	}
	var untrusted x509.UnknownAuthorityError
	if errors.As(cause, &untrusted) && c.process != nil {
		return errors.New("the mock was started with TLS, and its certificate is not trusted here. Start it without --tls and NV_AUTH_MOCK_TLS, or start it yourself, and set NV_AUTH_MOCK_URL to its URL and SSL_CERT_FILE to its certificate")
	}
	if errors.As(cause, &untrusted) {
		return fmt.Errorf("the certificate of %s is not trusted here. Set SSL_CERT_FILE to the certificate of its CA, which is at %s/_mock/ca.pem", c.shown(), c.shown())
	}
	var inCall *url.Error
	// It repeats the URL.
	if errors.As(cause, &inCall) {
		cause = inCall.Err
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		return fmt.Errorf("the server at %s did not respond in time", c.shown())
	}
	if c.process != nil {
		return fmt.Errorf("the mock at %s is not reachable: %w", c.shown(), cause)
	}
	return fmt.Errorf("no server responds at %s, from NV_AUTH_MOCK_URL. Is it running, and is the port correct? (%w)", c.shown(), cause)
}

// shown returns the URL without the password.
func (c control) shown() string {
	parsed, err := url.Parse(c.base)
	if err != nil {
		return "the URL"
	}
	return parsed.Redacted()
}

// everything is the limit of an unlimited list.
const everything = -1

// The page size.
const mostAtOnce = 1000

// listOf reads the entries of a list page by page. The list in the response is named like the path.
func listOf[T any](c control, name string, query url.Values, limit int) ([]T, error) {
	var all []T
	for {
		size := mostAtOnce
		if limit != everything && limit-len(all) < size {
			size = limit - len(all)
		}
		query.Set("limit", fmt.Sprint(size))
		var page map[string]json.RawMessage
		if err := c.call(http.MethodGet, "/"+name+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		var entries []T
		if err := json.Unmarshal(page[name], &entries); err != nil {
			return nil, fmt.Errorf("the list of %s cannot be read: %w", name, err)
		}
		all = append(all, entries...)
		next := ""
		// Absent or null on the last page.
		_ = json.Unmarshal(page["next"], &next)
		if next == "" || len(all) == limit {
			return all, nil
		}
		query.Set("after", next)
	}
}

// membersOf returns the members of an order that are set.
func membersOf(order any) map[string]any {
	members := map[string]any{}
	text, err := json.Marshal(order)
	if err == nil {
		err = json.Unmarshal(text, &members)
	}
	if err != nil {
		// It can't be sent as JSON either.
		return nil
	}
	return members
}
