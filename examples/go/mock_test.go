// Package mock_test starts the mock by its command and drives it by HTTP. Needs the package `nv-auth-mock`, installed by npm
// in this folder, or the path of its command in MOCK_COMMAND.
package mock_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// object is JSON to send.
type object map[string]any

// server is the root of the mock that all tests share.
var server string

// TestMain starts the mock and waits for its ready line. The command itself, not npx, which hands no signals on. It ends
// when its standard input closes, and the system closes that however this process ends.
func TestMain(m *testing.M) {
	command := os.Getenv("MOCK_COMMAND")
	if command == "" {
		command = "node_modules/.bin/nv-auth-mock"
	}
	arguments := append(strings.Fields(command), "start", "--port", "0", "--json", "--exit-with-stdin")
	process := exec.Command(arguments[0], arguments[1:]...)
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	exitOn(err)
	output, err := process.StdoutPipe()
	exitOn(err)
	exitOn(process.Start())
	line, err := bufio.NewReader(output).ReadBytes('\n')
	exitOn(err)
	var ready struct{ URL string }
	exitOn(json.Unmarshal(line, &ready))
	server = ready.URL
	code := m.Run()
	_ = input.Close()
	_ = process.Wait()
	os.Exit(code)
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "the mock did not start:", err)
		os.Exit(1)
	}
}

// world is a mock of a test's own: the base URL of the app under test, the credentials, and the switchboard.
type world struct {
	t    *testing.T
	ID   string
	URL  string
	Cast struct {
		Runai struct {
			Users []struct {
				Email     string
				AccessKey struct{ ClientID, ClientSecret string }
			}
		}
		Ngc struct {
			Keys []struct{ ID, Name, Key string }
		}
	}
}

// newWorld makes a world that is deleted after the test.
func newWorld(t *testing.T) *world {
	t.Helper()
	made := world{t: t, URL: server}
	made.call("POST", "/worlds", object{}, &made)
	t.Cleanup(func() { made.call("DELETE", "/worlds/"+made.ID, nil, nil) })
	return &made
}

// call calls the switchboard; a refused call fails the test with what it says.
func (w *world) call(method, path string, body object, answer any) {
	w.t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, w.URL+"/_mock"+path, sent)
	if err != nil {
		w.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if response.StatusCode >= 400 {
		w.t.Fatalf("%s %s: %s", method, path, text)
	}
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			w.t.Fatal(err)
		}
	}
}

// received fails the test unless exactly so many requests came that are like match.
func (w *world) received(times int, match object) {
	w.t.Helper()
	var found struct {
		Verified bool
		Count    int
		Nearest  []struct{ Differs []string }
	}
	w.call("POST", "/requests/verify", object{"match": match, "times": times}, &found)
	if !found.Verified {
		w.t.Errorf("expected %d of %v; %d came, and the nearest are %v", times, match, found.Count, found.Nearest)
	}
}
