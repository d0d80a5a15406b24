package mock_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestAWrongSecretIsRefused(t *testing.T) {
	mock := newWorld(t)
	order := `{"grantType":"client_credentials","clientId":"` + mock.Cast.Runai.Users[0].AccessKey.ClientID + `","clientSecret":"wrong"}`
	response, err := http.Post(mock.URL+"/api/v1/token", "application/json", strings.NewReader(order))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	if response.StatusCode != http.StatusBadRequest {
		t.Fatalf("got %d", response.StatusCode)
	}
	var decision struct{ Reason string }
	if err := json.Unmarshal([]byte(response.Header.Get("x-mock-decision")), &decision); err != nil {
		t.Fatal(err)
	}
	if decision.Reason != "wrong_secret" {
		t.Fatalf("refused for %q", decision.Reason)
	}
}
