package nvauthmock

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Set for a copy of this test binary that holds a server until it is killed.
const holds = "NVAUTHMOCK_TEST_HOLDS"

func TestMain(m *testing.M) {
	if os.Getenv(holds) != "" {
		program := NewProgram()
		fmt.Println(Start(program).World(program).URL)
		time.Sleep(time.Minute)
	}
	os.Exit(m.Run())
}

// opened is the error of a server with these variables in place of those that say how to find it; empty for none.
func opened(t *testing.T, variables map[string]string, flags ...string) (*server, string) {
	t.Helper()
	for _, name := range []string{"NV_AUTH_MOCK_URL", "NV_AUTH_MOCK_ADMIN_TOKEN"} {
		t.Setenv(name, variables[name])
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
	shared := &server{}
	if err := shared.open(flags); err != nil {
		return shared, err.Error()
	}
	t.Cleanup(func() {
		if process := shared.control.process; process != nil {
			process.stdin.Close()
			<-process.ended
		}
	})
	return shared, ""
}

func expectText(t *testing.T, got string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("expected %q in %q", text, got)
		}
	}
}

func isGone(address string) bool {
	for attempt := 0; attempt < 100; attempt++ {
		if _, err := http.Get(address); err != nil {
			return true
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

func TestNoServerRemainsWhenItsProcessIsKilled(t *testing.T) {
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), holds+"=1")
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(address)
	if answer, err := http.Get(address + "/_mock/health"); err != nil || answer.StatusCode != 200 {
		t.Fatalf("got %v, %v", answer, err)
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if !isGone(address) {
		t.Error("it still answers")
	}
	_ = process.Wait()
}

func TestAServerThatRunsAlreadyIsUsedWithItsAdminToken(t *testing.T) {
	token := map[string]string{"NV_AUTH_MOCK_ADMIN_TOKEN": "let-me-in"}
	own, failure := opened(t, token)
	expectText(t, failure, "")
	token["NV_AUTH_MOCK_URL"] = own.control.base + "/"
	there, failure := opened(t, token)
	if failure != "" || there.control.process != nil || there.control.base != own.control.base {
		t.Errorf("got %q, %q", failure, there.control.base)
	}
	_, failure = opened(t, map[string]string{"NV_AUTH_MOCK_URL": own.control.base})
	expectText(t, failure, "GET /_mock/cast failed with 401", "Set NV_AUTH_MOCK_ADMIN_TOKEN to it")
	token["NV_AUTH_MOCK_ADMIN_TOKEN"] = "wrong-token"
	_, failure = opened(t, token)
	expectText(t, failure, "401", "NV_AUTH_MOCK_ADMIN_TOKEN")
	if strings.Contains(failure, "wrong-token") {
		t.Errorf("it shows the token: %s", failure)
	}
}

func TestAUnusableURLIsExplained(t *testing.T) {
	const nothing = "http://somebody:secret@127.0.0.1:9"
	_, failure := opened(t, map[string]string{"NV_AUTH_MOCK_URL": nothing})
	expectText(t, failure, "no server responds at http://somebody:xxxxx@127.0.0.1:9, from NV_AUTH_MOCK_URL. Is it running")
	if strings.Contains(failure, "secret") {
		t.Errorf("it shows the password: %s", failure)
	}
	for _, wrong := range []string{"127.0.0.1:6625", "ftp://mock", "http://", "http://%"} {
		_, failure = opened(t, map[string]string{"NV_AUTH_MOCK_URL": wrong})
		expectText(t, failure, "NV_AUTH_MOCK_URL is not an http or https URL")
	}
	for _, status := range []int{200, 404} {
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, "<p>Something else</p>")
		}))
		_, failure = opened(t, map[string]string{"NV_AUTH_MOCK_URL": other.URL})
		other.Close()
		expectText(t, failure, "/_mock/cast", "URL", "of an nv-auth-mock?")
	}
	_, failure = opened(t, map[string]string{"NV_AUTH_MOCK_URL": "http://127.0.0.1:6625"}, "--runai", "3.0")
	expectText(t, failure, "no server is started and the flags of Start have no effect")
}

func TestAServerThatDiesIsReported(t *testing.T) {
	own, failure := opened(t, nil)
	expectText(t, failure, "")
	mock := &Mock{control: own.control}
	ended := record(func(r TB) {
		world := mock.World(r)
		server, err := os.FindProcess(own.control.process.pid)
		if err == nil {
			err = server.Kill()
		}
		if err != nil {
			t.Error(err)
		}
		world.Requests()
	})
	ended.expect(t, "the mock ended during the tests (", " It wrote:\n")
	unnoticed := record(func(r TB) {
		r.Cleanup((&Mock{ID: "any", t: r, control: own.control}).end)
	})
	unnoticed.expect(t, "the test's world could not be deleted", "the mock ended during the tests")
}

func TestAServerThatDoesNotStartIsReportedToEveryTest(t *testing.T) {
	failure := ""
	for number := 0; number < 2; number++ {
		failed := record(func(t TB) { Start(t, "--prot", "1") })
		failed.expect(t, "the mock did not start: ", " ended with exit status 2. It wrote:\n", "--prot")
		if text := failed.said[0]; strings.Contains(text, "npm install") {
			t.Errorf("it advises what does not help: %s", text)
		}
		if failure != "" && failure != failed.said[0] {
			t.Errorf("got %q and %q", failure, failed.said[0])
		}
		failure = failed.said[0]
	}
}

// inPath is a folder with the named programs, which do what the script says.
func inPath(t *testing.T, names ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range names {
		script := "#!/bin/sh\necho \"called as $0 $*\" >&2\nexit 3\n"
		if err := os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestTheCommandIsLookedForInOrder(t *testing.T) {
	workIn(t, t.TempDir())
	start := " start --port 0 --json --exit-with-stdin"
	spaced := filepath.Join(inPath(t, "a program"), "a program")
	script := filepath.Join(inPath(t, "main.cjs"), "main.cjs")
	if err := os.Chmod(script, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		path, command string
		expected      string
	}{
		{inPath(t, "node", "npm", "npx"), " ", "nv-auth-mock is not installed: it is neither on the PATH nor in node_modules/.bin"},
		{inPath(t, "nv-auth-mock"), "", "nv-auth-mock" + start},
		{inPath(t, "other"), "other one", "other one" + start},
		{inPath(t, "other"), `other "one two" 'three four'`, "other one two three four" + start},
		{inPath(t, "node"), script, "node " + script + start},
		{inPath(t), script, "there is no node on the PATH. Install Node.js"},
		{inPath(t, "node"), "dist/no-such-main.cjs", `is set to "dist/no-such-main.cjs", which is not a program`},
		{inPath(t), spaced, spaced + start},
		{inPath(t), spaced, spaced + " ended with exit status 3. It wrote:\ncalled as"},
		{inPath(t), spaced, "\nThe mock needs Node.js 20.19 or newer on the PATH."},
		{inPath(t), "/no/such/command --flag", `is set to "/no/such/command", which is not a program. Set it to the command`},
		{inPath(t), "no-such-command", `is set to "no-such-command", which is not a program. Set it to the command`},
	} {
		_, failure := opened(t, map[string]string{"PATH": one.path, "NV_AUTH_MOCK_COMMAND": one.command})
		expectText(t, failure, one.expected)
	}
}

// workIn makes a folder the working folder of the test.
func workIn(t *testing.T, folder string) {
	t.Helper()
	before, err := os.Getwd()
	if err == nil {
		err = os.Chdir(folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chdir(before) })
}

// install puts the command into a folder, as npm does.
func install(t *testing.T, folder string) {
	t.Helper()
	err := os.MkdirAll(filepath.Join(folder, "node_modules"), 0o755)
	if err == nil {
		err = os.Rename(inPath(t, "nv-auth-mock"), filepath.Join(folder, "node_modules", ".bin"))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnInstalledCommandIsFoundInTheFolderOrAbove(t *testing.T) {
	project := t.TempDir()
	inner := filepath.Join(project, "inner")
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	workIn(t, inner)
	variables := map[string]string{"PATH": inPath(t, "node"), "NV_AUTH_MOCK_COMMAND": ""}
	for _, folder := range []string{project, inner} {
		install(t, folder)
		_, failure := opened(t, variables)
		expectText(t, failure, "called as "+folder+"/node_modules/.bin/nv-auth-mock start")
	}
	variables["PATH"] = inPath(t, "nv-auth-mock")
	_, failure := opened(t, variables)
	expectText(t, failure, "called as "+variables["PATH"]+"/nv-auth-mock start")
}

func TestAFolderThatEverybodyMayWriteIntoHasNoCommand(t *testing.T) {
	folder := t.TempDir()
	install(t, folder)
	if err := os.Chmod(folder, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	workIn(t, folder)
	_, failure := opened(t, map[string]string{"PATH": inPath(t), "NV_AUTH_MOCK_COMMAND": ""})
	expectText(t, failure, "nv-auth-mock is not installed")
}

func TestTheWorkingFolderIsNoPartOfThePath(t *testing.T) {
	folder := inPath(t, "nv-auth-mock")
	workIn(t, folder)
	for _, path := range []string{"", ".", ":", ".:", "./"} {
		_, failure := opened(t, map[string]string{"PATH": path, "NV_AUTH_MOCK_COMMAND": ""})
		expectText(t, failure, "nv-auth-mock is not installed")
		_, failure = opened(t, map[string]string{"PATH": path, "NV_AUTH_MOCK_COMMAND": "nv-auth-mock"})
		expectText(t, failure, `is set to "nv-auth-mock", which is not a program`)
		_, failure = opened(t, map[string]string{"PATH": path + ":" + folder, "NV_AUTH_MOCK_COMMAND": ""})
		expectText(t, failure, "called as "+folder+"/nv-auth-mock start")
	}
}

func TestOnlyTheEndOfWhatAServerWritesIsKept(t *testing.T) {
	kept := &tail{}
	for number := 0; number < 10000; number++ {
		fmt.Fprintf(kept, "line %d\n", number)
	}
	if text := kept.String(); len(text) > mostKept || !strings.HasSuffix(text, "line 9999") {
		t.Errorf("kept %d bytes, which end with %q", len(text), text[len(text)-20:])
	}
}

func TestAWorldIsReachedWhereItsServerIs(t *testing.T) {
	own, failure := opened(t, nil, "--public-url", "https://mock.invalid")
	expectText(t, failure, "")
	mock := &Mock{control: own.control}
	one := mock.World(t)
	other := one.World(t)
	for _, world := range []*Mock{one, other} {
		if world.URL != own.control.base+"/w/"+world.ID {
			t.Errorf("got %s", world.URL)
		}
		expectStatus(t, get(t, world, functions, world.Key("nvcf-deployer")), 200, "")
	}
}

func TestACertificateThatIsNotTrustedIsExplained(t *testing.T) {
	shared := &server{}
	t.Setenv("NV_AUTH_MOCK_URL", "")
	err := shared.open([]string{"--tls"})
	if err == nil {
		t.Fatal("it is trusted")
	}
	expectText(t, err.Error(), "its certificate is not trusted here. Start it without --tls")
	defer shared.control.process.stdin.Close()
	_, failure := opened(t, map[string]string{"NV_AUTH_MOCK_URL": shared.control.base})
	expectText(t, failure, "Set SSL_CERT_FILE to the certificate", shared.control.base+"/_mock/ca.pem")
}
