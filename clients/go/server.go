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
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// The startup timeout. Long enough for a command in NV_AUTH_MOCK_COMMAND that pulls an image first.
const startPatience = 2 * time.Minute

// How long to wait for the exit of a process that stopped responding.
const endPatience = 5 * time.Second

// server is a running server, or the error that prevented the start.
type server struct {
	once    sync.Once
	control control
	cast    Cast
	err     error
}

// The servers of this process, by flags. They are shared, because starting one takes much longer than a test.
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
	// After a failed start, all tests fail with the same message.
	shared.once.Do(func() { shared.err = shared.open(flags) })
	return shared
}

func (s *server) open(flags []string) error {
	s.control.adminToken = os.Getenv("NV_AUTH_MOCK_ADMIN_TOKEN")
	// Not the default client, which the code under test may change.
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
		return "", errors.New("NV_AUTH_MOCK_URL is set, so no server is started and the flags of Start have no effect. Start that server with these flags and leave them out here, or unset the variable")
	}
	parsed, err := url.Parse(given)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		// The value is not shown, because it may contain a password.
		return "", errors.New("NV_AUTH_MOCK_URL is not an http or https URL. Expected a URL such as http://127.0.0.1:6625")
	}
	return strings.TrimRight(given, "/"), nil
}

// process is a server that was started here.
type process struct {
	command *exec.Cmd
	// stdin is only kept open: the server ends when it closes, which the system does when this process ends.
	stdin  io.Closer
	stderr *tail
	// pid is the server's process id, which may differ from the command's.
	pid int
	// ended is closed when the process ends.
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
		return nil, "", fmt.Errorf("the mock could not be started: %w. Set NV_AUTH_MOCK_COMMAND to the command that starts it, such as /app/node_modules/.bin/nv-auth-mock", err)
	}
	ready := make(chan readyLine, 1)
	go started.watch(stdout, ready)
	line, err := started.waitUntil(ready)
	started.pid = line.PID
	return started, line.URL, err
}

// readyLine is the line that a server prints when it is ready.
type readyLine struct {
	Event, URL string
	PID        int
}

// watch reads the server's output until it ends, so that the pipe never blocks the server.
func (p *process) watch(stdout io.Reader, ready chan<- readyLine) {
	defer close(p.ended)
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadBytes('\n')
		var said readyLine
		// Other lines come from the command that starts the server.
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

// The exit code of a server that printed advice itself.
const unusable = 2

func (p *process) advice() string {
	if p.command.ProcessState.ExitCode() == unusable {
		return ""
	}
	return "\nThe mock needs Node.js 20.19 or newer on the PATH. Install Node.js, or set NV_AUTH_MOCK_COMMAND to a different command that starts the mock, or NV_AUTH_MOCK_URL to the URL of a running mock."
}

// howItEnded waits briefly, because connections break before the process exits.
func (p *process) howItEnded() (string, bool) {
	select {
	case <-p.ended:
		return p.command.ProcessState.String(), true
	case <-time.After(endPatience):
		return "", false
	}
}

const (
	notInstalled = "nv-auth-mock is not installed: it is neither on the PATH nor in node_modules/.bin of this folder or a parent folder. Install it with `npm i -D` and the file that `npm pack` creates in a clone, see https://github.com/nv-auth-mock/nv-auth-mock/blob/main/docs/how-to/install.md says, or set NV_AUTH_MOCK_COMMAND to the command that starts it, or NV_AUTH_MOCK_URL to the URL of a running mock"
	noNode       = "the mock needs Node.js 20.19 or newer, and there is no node on the PATH. Install Node.js, set NV_AUTH_MOCK_COMMAND to a different command, or NV_AUTH_MOCK_URL to the URL of a running mock"
)

// findCommand returns the program and its first arguments. It installs nothing.
func findCommand() ([]string, error) {
	if given := strings.TrimSpace(os.Getenv("NV_AUTH_MOCK_COMMAND")); given != "" {
		return wordsOfCommand(given)
	}
	for _, find := range []func(string) string{findInPath, findInProject} {
		if found := find("nv-auth-mock"); found != "" {
			return []string{found}, nil
		}
	}
	return nil, errors.New(notInstalled)
}

// quotedOrNot matches a word of a command, with or without quotes.
var quotedOrNot = regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`)

func wordsOfCommand(given string) ([]string, error) {
	// A path may contain spaces.
	if found := findProgram(given); found != "" {
		return []string{found}, nil
	}
	words := quotedOrNot.FindAllString(given, -1)
	for index, word := range words {
		words[index] = strings.Trim(word, `"'`)
	}
	if found := findProgram(words[0]); found != "" {
		return append([]string{found}, words[1:]...), nil
	}
	// A script for Node, such as dist/main.cjs, that isn't executable.
	if _, err := os.Stat(words[0]); err == nil && strings.HasSuffix(words[0], ".cjs") {
		if node := findInPath("node"); node != "" {
			return append([]string{node}, words...), nil
		}
		return nil, errors.New(noNode)
	}
	return nil, fmt.Errorf("NV_AUTH_MOCK_COMMAND is set to %q, which is not a program. Set it to the command that starts the mock, such as /app/node_modules/.bin/nv-auth-mock", words[0])
}

// findProgram returns the path of a program, given by path or by name in PATH; empty if there is none.
func findProgram(name string) string {
	if filepath.Base(name) == name {
		return findInPath(name)
	}
	return programAt(name)
}

func programAt(path string) string {
	found, err := exec.LookPath(path)
	if err != nil {
		return ""
	}
	return found
}

// findInPath only searches the absolute folders of PATH: an empty entry or `.` would be the working folder, which isn't
// trusted.
func findInPath(name string) string {
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(folder) {
			if found := programAt(filepath.Join(folder, name)); found != "" {
				return found
			}
		}
	}
	return ""
}

// findInProject searches for a command that npm installed in the working folder or a parent folder.
func findInProject(name string) string {
	folder, err := os.Getwd()
	for err == nil {
		about, unknown := os.Stat(folder)
		// Any user may write to a folder with the sticky bit, such as /tmp.
		if unknown == nil && about.Mode()&os.ModeSticky == 0 {
			if found := programAt(filepath.Join(folder, "node_modules", ".bin", name)); found != "" {
				return found
			}
		}
		outer := filepath.Dir(folder)
		if outer == folder {
			break
		}
		folder = outer
	}
	return ""
}

// environment returns this process's environment without the variables for this package, which the server rejects as unknown.
func environment() []string {
	var kept []string
	for _, one := range os.Environ() {
		if !strings.HasPrefix(one, "NV_AUTH_MOCK_URL=") && !strings.HasPrefix(one, "NV_AUTH_MOCK_COMMAND=") {
			kept = append(kept, one)
		}
	}
	return kept
}

// The number of bytes to keep of a server's output.
const mostKept = 4096

// tail is a writer that keeps the end of the output.
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
