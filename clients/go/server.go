package nvauthmock

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
)

// How long a server may take until it is ready. npx may have to fetch it first.
const startPatience = 2 * time.Minute

// How long a process may take to be seen as ended after it stopped answering.
const endPatience = 5 * time.Second

// server is a running server, or the reason why there is none.
type server struct {
	once    sync.Once
	control control
	cast    Cast
	err     error
}

// The servers of this process, by their flags. They are shared, because a start takes much longer than a test.
var servers = struct {
	sync.Mutex
	byFlags map[string]*server
}{byFlags: map[string]*server{}}

func sharedServer(flags []string) *server {
	servers.Lock()
	key := strings.Join(flags, "\x00")
	shared, isKnown := servers.byFlags[key]
	if !isKnown {
		shared = &server{}
		servers.byFlags[key] = shared
	}
	servers.Unlock()
	// Every other test fails with the same message, without another start.
	shared.once.Do(func() { shared.err = shared.open(flags) })
	return shared
}

func (s *server) open(flags []string) error {
	s.control.adminToken = os.Getenv("NV_AUTH_MOCK_ADMIN_TOKEN")
	// Not the default client, which the code under test may replace.
	s.control.client = &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment}}
	given := os.Getenv("NV_AUTH_MOCK_URL")
	var err error
	if given == "" {
		s.control.process, s.control.base, err = startProcess(flags)
	} else {
		s.control.base, err = checkURL(given, flags)
	}
	if err != nil {
		return err
	}
	return s.control.call(http.MethodGet, "/cast", nil, &s.cast)
}

func checkURL(given string, flags []string) (string, error) {
	if len(flags) > 0 {
		return "", errors.New("NV_AUTH_MOCK_URL names a server that runs already, and Start has flags for one of its own. Start that server with these flags, and leave them out here, or unset the variable")
	}
	parsed, err := url.Parse(given)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		// The value is not shown: it may have a password.
		return "", errors.New("NV_AUTH_MOCK_URL is not an http or https URL. Expected one such as http://127.0.0.1:6625")
	}
	return strings.TrimRight(given, "/"), nil
}

// process is a server that was started here.
type process struct {
	command *exec.Cmd
	// stdin is never written to. The server ends when it closes, and the system closes it when this process ends.
	stdin  io.Closer
	stderr *tail
	// pid is that of the server, which is not that of npx.
	pid int
	// ended is closed when the process has ended.
	ended chan struct{}
}

func startProcess(flags []string) (*process, string, error) {
	words, err := findCommand()
	if err != nil {
		return nil, "", err
	}
	arguments := append(append(words[1:], "start"), flags...)
	command := exec.Command(words[0], append(arguments, "--port", "0", "--json", "--exit-with-stdin")...)
	command.Env = environment()
	started := &process{command: command, stderr: &tail{}, ended: make(chan struct{})}
	command.Stderr = started.stderr
	if started.stdin, err = command.StdinPipe(); err != nil {
		return nil, "", err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := command.Start(); err != nil {
		return nil, "", fmt.Errorf("the mock cannot be started: %w. Set NV_AUTH_MOCK_COMMAND to the command that starts it, such as /app/node_modules/.bin/nv-auth-mock", err)
	}
	ready := make(chan readyLine, 1)
	go started.watch(stdout, ready)
	line, err := started.waitUntil(ready)
	started.pid = line.PID
	return started, line.URL, err
}

// readyLine is what a server writes when it is ready.
type readyLine struct {
	Event, URL string
	PID        int
}

// watch reads what the server writes, so that it can go on writing, until it ends.
func (p *process) watch(stdout io.Reader, ready chan<- readyLine) {
	defer close(p.ended)
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadBytes('\n')
		var said readyLine
		// Lines that are not JSON are not the server's.
		if json.Unmarshal(line, &said) == nil && said.Event == "ready" {
			ready <- said
			break
		}
		if err != nil {
			break
		}
	}
	_, _ = io.Copy(io.Discard, lines)
	_ = p.command.Wait()
}

func (p *process) waitUntil(ready <-chan readyLine) (readyLine, error) {
	select {
	case line := <-ready:
		return line, nil
	case <-p.ended:
		return readyLine{}, fmt.Errorf("the mock did not start: %s ended with %s. It wrote:\n%s%s", p.command.Args[0], p.command.ProcessState, p.stderr, p.advice())
	case <-time.After(startPatience):
		_ = p.command.Process.Kill()
		return readyLine{}, fmt.Errorf("the mock was not ready after %s. It wrote:\n%s", startPatience, p.stderr)
	}
}

// The exit code of a server that says itself what to do.
const unusable = 2

func (p *process) advice() string {
	if p.command.ProcessState.ExitCode() == unusable {
		return ""
	}
	return "\nThe mock needs Node.js 20.19 or newer on the PATH. Install it by `npm install nv-auth-mock` in this folder or one above, or set NV_AUTH_MOCK_COMMAND to the command that starts it."
}

// howItEnded waits a moment, because connections break before the process has ended.
func (p *process) howItEnded() (string, bool) {
	select {
	case <-p.ended:
		return p.command.ProcessState.String(), true
	case <-time.After(endPatience):
		return "", false
	}
}

// findCommand is the program and its first arguments.
func findCommand() ([]string, error) {
	if given := strings.TrimSpace(os.Getenv("NV_AUTH_MOCK_COMMAND")); given != "" {
		return wordsOfCommand(given), nil
	}
	if _, err := exec.LookPath("node"); err != nil {
		return nil, errors.New("Node.js is not on the PATH, and the mock needs it. Install Node.js 20.19 or newer, or set NV_AUTH_MOCK_URL to the URL of a mock that runs already")
	}
	for _, name := range []string{"node_modules/.bin/nv-auth-mock", "nv-auth-mock"} {
		if _, err := exec.LookPath(name); err == nil {
			return []string{name}, nil
		}
	}
	if _, err := exec.LookPath("npx"); err == nil {
		return []string{"npx", "--yes", "nv-auth-mock"}, nil
	}
	return nil, errors.New("neither nv-auth-mock nor npx is on the PATH. Install the mock by `npm install --global nv-auth-mock`, or set NV_AUTH_MOCK_COMMAND to its path")
}

// quotedOrNot matches a word of a command, also in quotes.
var quotedOrNot = regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`)

func wordsOfCommand(given string) []string {
	// A path may have spaces.
	if _, err := exec.LookPath(given); err == nil {
		return []string{given}
	}
	words := quotedOrNot.FindAllString(given, -1)
	for index, word := range words {
		words[index] = strings.Trim(word, `"'`)
	}
	// A script, such as dist/main.cjs, where it is no program.
	if strings.HasSuffix(words[0], ".cjs") {
		words = append([]string{"node"}, words...)
	}
	return words
}

// environment is that of this process, without what this module reads itself: the server refuses names that it does not know.
func environment() []string {
	var kept []string
	for _, one := range os.Environ() {
		if !strings.HasPrefix(one, "NV_AUTH_MOCK_URL=") && !strings.HasPrefix(one, "NV_AUTH_MOCK_COMMAND=") {
			kept = append(kept, one)
		}
	}
	return kept
}

// The most bytes that are kept of what a server writes.
const mostKept = 4096

// tail keeps the end of what is written to it.
type tail struct {
	sync.Mutex
	text []byte
}

func (t *tail) Write(text []byte) (int, error) {
	t.Lock()
	defer t.Unlock()
	t.text = append(t.text, text...)
	if len(t.text) > mostKept {
		t.text = append([]byte(nil), t.text[len(t.text)-mostKept:]...)
	}
	return len(text), nil
}

func (t *tail) String() string {
	t.Lock()
	defer t.Unlock()
	if len(t.text) == 0 {
		return "nothing"
	}
	return strings.TrimSpace(string(t.text))
}
