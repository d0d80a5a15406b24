package mock_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	nvauthmock "github.com/nv-auth-mock/nv-auth-mock/clients/go"
)

// client is the code under test. It keeps a credential, and gets a new one when it is refused.
type client struct {
	url string
	// refusal is the status for an invalid credential: 401 for Run:ai, 403 for Cloud Functions.
	refusal    int
	credential func() (string, error)
	held       string
}

// get repeats the request once, if there is a new credential.
func (c *client) get(path string) (int, error) {
	var err error
	if c.held == "" {
		if c.held, err = c.credential(); err != nil {
			return 0, err
		}
	}
	status, err := c.patiently(path)
	if err != nil || status != c.refusal {
		return status, err
	}
	before := c.held
	if c.held, err = c.credential(); err != nil || c.held == before {
		return status, err
	}
	return c.patiently(path)
}

// patiently repeats the request once, after the time in Retry-After.
func (c *client) patiently(path string) (int, error) {
	response, err := c.send(path)
	if err != nil {
		return 0, err
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil {
		return response.StatusCode, nil
	}
	time.Sleep(time.Duration(seconds) * time.Second)
	if response, err = c.send(path); err != nil {
		return 0, err
	}
	return response.StatusCode, nil
}

func (c *client) send(path string) (*http.Response, error) {
	request, err := http.NewRequest("GET", c.url+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.held)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	return response, response.Body.Close()
}

func runaiClient(mock *nvauthmock.Mock) *client {
	key := mock.Cast().Runai.Users[0].AccessKey
	return &client{url: mock.URL, refusal: http.StatusUnauthorized, credential: func() (string, error) {
		order, err := json.Marshal(map[string]string{
			"grantType": "client_credentials", "clientId": key.ClientID, "clientSecret": key.ClientSecret,
		})
		if err != nil {
			return "", err
		}
		response, err := http.Post(mock.URL+"/api/v1/token", "application/json", bytes.NewReader(order))
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		var granted struct{ AccessToken string }
		err = json.NewDecoder(response.Body).Decode(&granted)
		return granted.AccessToken, err
	}}
}

func expectOK(t *testing.T, app *client, path string) {
	t.Helper()
	if status, err := app.get(path); err != nil || status != http.StatusOK {
		t.Fatalf("got %d, %v", status, err)
	}
}

func TestTheTokenIsAskedForOnceAndAgainAfterA401(t *testing.T) {
	t.Parallel()
	mock := nvauthmock.Start(t).World(t)
	app := runaiClient(mock)
	expectOK(t, app, "/api/v1/users")
	expectOK(t, app, "/api/v1/users")
	mock.Verify(nvauthmock.RequestMatch{Operation: "grant_token"}, nvauthmock.Times(1))

	mock.Call("POST", "/drills/expire-tokens", nvauthmock.DrillOrder{}, nil)
	expectOK(t, app, "/api/v1/users")
	mock.Verify(nvauthmock.RequestMatch{Operation: "get_users", Reason: "expired_token"}, nvauthmock.Times(1))
	mock.Verify(nvauthmock.RequestMatch{Operation: "grant_token"}, nvauthmock.Times(2))
}

func TestANewTokenIsAskedForAfterAnHour(t *testing.T) {
	t.Parallel()
	mock := nvauthmock.Start(t).World(t)
	app := runaiClient(mock)
	expectOK(t, app, "/api/v1/users")
	mock.Advance(time.Hour + time.Minute)
	expectOK(t, app, "/api/v1/users")
	mock.Verify(nvauthmock.RequestMatch{Operation: "grant_token"}, nvauthmock.Times(2))
}

func TestARequestIsRepeatedAsLateAsRetryAfterSays(t *testing.T) {
	t.Parallel()
	mock := nvauthmock.Start(t).World(t)
	mock.Fault(nvauthmock.FaultOrder{
		Match: &nvauthmock.FaultMatch{Operation: "get_users"},
		Times: 1,
		Do:    nvauthmock.FaultAction{Status: 503, RetryAfter: 1},
	})
	expectOK(t, runaiClient(mock), "/api/v1/users")

	requests := mock.Requests(nvauthmock.RequestMatch{Operation: "get_users"}) // newest first
	if len(requests) != 2 || requests[1].Status != 503 {
		t.Fatalf("got %v", requests)
	}
	if waited := requests[0].At.Sub(requests[1].At); waited < 950*time.Millisecond {
		t.Fatalf("waited %v", waited)
	}
}

func TestAKeyThatWasRotatedIsReadAgain(t *testing.T) {
	t.Parallel()
	mock := nvauthmock.Start(t).World(t)
	var vault nvauthmock.KeyWithSecret
	vault.Key = mock.Key("nvcf-deployer")
	app := &client{url: mock.URL, refusal: http.StatusForbidden, credential: func() (string, error) { return vault.Key, nil }}
	expectOK(t, app, "/v2/nvcf/functions")

	for _, key := range mock.Cast().Ngc.Keys {
		if key.Key == vault.Key {
			mock.Call("POST", "/keys/"+key.ID+"/rotate", nvauthmock.Nothing{}, &vault)
		}
	}
	expectOK(t, app, "/v2/nvcf/functions")
	mock.Verify(nvauthmock.RequestMatch{Operation: "listFunctions", Reason: "unknown_key"}, nvauthmock.Times(1))
	mock.Verify(nvauthmock.RequestMatch{Operation: "listFunctions", Status: 200}, nvauthmock.Times(2))
}
