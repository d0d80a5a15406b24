// Package mock_test starts the mock by its command and drives it by HTTP. Needs the package `nv-auth-mock`, installed by npm
// in this folder, or the path of its command in MOCK_COMMAND.
package mock_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// start runs the command and waits for its ready line. The command itself, not npx, which hands no signals on. It ends when
// its standard input closes, and the system closes that however this test ends.
func start(t *testing.T) string {
	t.Helper()
	command := os.Getenv("MOCK_COMMAND")
	if command == "" {
		command = "node_modules/.bin/nv-auth-mock"
	}
	arguments := append(strings.Fields(command), "start", "--port", "0", "--json", "--exit-with-stdin")
	process := exec.Command(arguments[0], arguments[1:]...)
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close()
		_ = process.Wait()
	})
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var ready struct{ URL string }
	if err := json.Unmarshal(line, &ready); err != nil {
		t.Fatal(err)
	}
	return ready.URL
}

func TestAWrongSecretIsRefused(t *testing.T) {
	url := start(t)
	body := []byte(`{"grantType":"client_credentials","clientId":"5f0c2a9d11e84b70","clientSecret":"wrong"}`)
	response, err := http.Post(url+"/api/v1/token", "application/json", bytes.NewReader(body))
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
