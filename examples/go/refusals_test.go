package mock_test

import (
	"net/http"
	"strings"
	"testing"

	nvauthmock "github.com/nv-auth-mock/nv-auth-mock/clients/go"
)

func TestAWrongSecretIsRefused(t *testing.T) {
	t.Parallel()
	mock := nvauthmock.Start(t).World(t)
	order := `{"grantType":"client_credentials","clientId":"` + mock.Cast().Runai.Users[0].AccessKey.ClientID + `","clientSecret":"wrong"}`
	answer, err := http.Post(mock.URL+"/api/v1/token", "application/json", strings.NewReader(order))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()

	if answer.StatusCode != http.StatusBadRequest {
		t.Fatalf("got %d", answer.StatusCode)
	}
	if reason := nvauthmock.ReasonOf(answer); reason != "wrong_secret" {
		t.Fatalf("refused for %q", reason)
	}
}
