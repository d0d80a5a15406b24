package mock_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// client is the app: it holds one credential, and gets another when that is no longer accepted.
type client struct {
	url string
	// refusal is the status for a credential that is not accepted: 401 at Run:ai, 403 at Cloud Functions.
	refusal    int
	credential func() (string, error)
	held       string
}

// get repeats the request once, if there is another credential by now.
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

// patiently repeats the request once, after as many seconds as the server asks for.
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

func runaiClient(mock *world) *client {
	key := mock.Cast.Runai.Users[0].AccessKey
	return &client{url: mock.URL, refusal: http.StatusUnauthorized, credential: func() (string, error) {
		order, err := json.Marshal(object{
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
	mock := newWorld(t)
	app := runaiClient(mock)
	expectOK(t, app, "/api/v1/users")
	expectOK(t, app, "/api/v1/users")
	mock.received(1, object{"operation": "grant_token"})

	mock.call("POST", "/drills/expire-tokens", object{}, nil)
	expectOK(t, app, "/api/v1/users")
	mock.received(1, object{"operation": "get_users", "reason": "expired_token"})
	mock.received(2, object{"operation": "grant_token"})
}

func TestARequestIsRepeatedAsLateAsRetryAfterSays(t *testing.T) {
	mock := newWorld(t)
	mock.call("POST", "/faults", object{
		"match": object{"operation": "get_users"},
		"times": 1,
		"do":    object{"status": 503, "retryAfter": 1},
	}, nil)
	expectOK(t, runaiClient(mock), "/api/v1/users")

	var journal struct {
		Requests []struct {
			At     time.Time
			Status int
		}
	}
	mock.call("GET", "/requests?operation=get_users", nil, &journal)
	if len(journal.Requests) != 2 || journal.Requests[1].Status != 503 {
		t.Fatalf("got %v", journal.Requests)
	}
	if waited := journal.Requests[0].At.Sub(journal.Requests[1].At); waited < 950*time.Millisecond {
		t.Fatalf("waited %v", waited)
	}
}

func TestAKeyThatWasRotatedIsReadAgain(t *testing.T) {
	mock := newWorld(t)
	key := mock.Cast.Ngc.Keys[0]
	for _, one := range mock.Cast.Ngc.Keys {
		if one.Name == "nvcf-deployer" {
			key = one
		}
	}
	vault := struct{ Key string }{key.Key}
	app := &client{url: mock.URL, refusal: http.StatusForbidden, credential: func() (string, error) { return vault.Key, nil }}
	expectOK(t, app, "/v2/nvcf/functions")

	mock.call("POST", "/keys/"+key.ID+"/rotate", object{}, &vault)
	expectOK(t, app, "/v2/nvcf/functions")
	mock.received(1, object{"operation": "listFunctions", "reason": "unknown_key"})
	mock.received(2, object{"operation": "listFunctions", "status": 200})
}
