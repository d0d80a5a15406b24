package mock_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestDeployerListsFunctions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	status, why := w.call("GET", "/v2/nvcf/functions", w.key("nvcf-deployer"), "", nil)
	if status != http.StatusOK {
		t.Errorf("got %d: %s", status, why.Explanation)
	}
}

func TestDeployerCannotRegisterFunctions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := `{"name":"translate","inferenceUrl":"/","containerImage":"nvcr.io/acme/translate:1"}`
	status, why := w.call("POST", "/v2/nvcf/functions", w.key("nvcf-deployer"), body, nil)
	if missing := strings.Join(why.Missing, ","); status != http.StatusForbidden || missing != "register_function" {
		t.Errorf("got %d, missing %q: %s", status, missing, why.Explanation)
	}
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var issued struct{ Token string }
	w.call("POST", "/_mock/tokens", "", `{"for":"admin@acme.test"}`, &issued)
	if status, why := w.call("GET", "/api/v1/users", issued.Token, "", nil); status != http.StatusOK {
		t.Fatalf("got %d with a new token: %s", status, why.Explanation)
	}
	w.call("POST", "/_mock/clock/advance", "", `{"by":"2h"}`, nil) // moves only this world's clock
	if status, why := w.call("GET", "/api/v1/users", issued.Token, "", nil); why.Reason != "expired_token" {
		t.Errorf("got %d after two hours: %s", status, why.Explanation)
	}
}

// world is a mock with users, keys and a clock of its own. URL is the base URL for the client under test.
type world struct {
	t       *testing.T
	ID, URL string
	Cast    struct {
		NGC struct{ Keys []struct{ Name, Key string } }
	}
}

// decision explains why a request was allowed or refused.
type decision struct {
	ID, Reason, Explanation string
	Missing                 []string
}

// newWorld creates a world on the server at NV_AUTH_MOCK_URL, and deletes it after the test.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, URL: os.Getenv("NV_AUTH_MOCK_URL")}
	if w.URL == "" {
		w.URL = "http://127.0.0.1:6625"
	}
	w.call("POST", "/_mock/worlds", "", `{"ttl":"1h"}`, w)
	t.Cleanup(func() { w.call("DELETE", "/_mock/worlds/"+w.ID, "", "", nil) })
	return w
}

// key returns a key of the cast.
func (w *world) key(name string) string {
	for _, key := range w.Cast.NGC.Keys {
		if key.Name == name {
			return key.Key
		}
	}
	w.t.Fatalf("the cast has no key %q", name)
	return ""
}

// call sends a request. If result is not nil, the call must succeed, and its JSON is decoded into result.
func (w *world) call(method, path, credential, body string, result any) (status int, why decision) {
	w.t.Helper()
	request, err := http.NewRequest(method, w.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+credential)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatalf("%v. Start the mock with: npx --no-install nv-auth-mock", err)
	}
	defer response.Body.Close()
	if result != nil && (json.NewDecoder(response.Body).Decode(result) != nil || response.StatusCode >= 300) {
		w.t.Fatalf("%s %s: %s", method, path, response.Status)
	}
	if json.Unmarshal([]byte(response.Header.Get("X-Mock-Decision")), &why) == nil {
		w.call("GET", "/_mock/decisions/"+why.ID, "", "", &why)
	}
	return response.StatusCode, why
}
