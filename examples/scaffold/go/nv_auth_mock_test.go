package app

import (
	"net/http"
	"testing"
	"time"

	nvauthmock "github.com/nv-auth-mock/nv-auth-mock/clients/go"
)

// Each test has its own world. Use mock.URL instead of the control plane's URL in your client.
func TestATokenCountsForAnHour(t *testing.T) {
	mock := nvauthmock.Start(t).World(t)
	token := mock.Token("researcher@acme.test")
	status := func() int {
		request, err := http.NewRequest("GET", mock.URL+"/api/v1/access-keys", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}

	if got := status(); got != 200 {
		t.Fatalf("the new token: %d", got)
	}
	mock.Advance(time.Hour)
	if got := status(); got != 401 {
		t.Fatalf("the token of an hour ago: %d", got)
	}
}
