package nvauthmock

import (
	"log"
	"os"
	"path/filepath"
)

// Program is a TB for programs that aren't tests. On an error, it logs it and exits with code 1.
//
//	program := nvauthmock.NewProgram()
//	defer program.Close()
//	mock := nvauthmock.Start(program).World(program)
type Program struct {
	cleanups []func()
	failed   bool
}

// NewProgram returns a TB for this program.
func NewProgram() *Program { return &Program{} }

// Close deletes the worlds, latest first.
func (p *Program) Close() {
	for len(p.cleanups) > 0 {
		last := len(p.cleanups) - 1
		cleanup := p.cleanups[last]
		p.cleanups = p.cleanups[:last]
		cleanup()
	}
}

// Helper does nothing.
func (p *Program) Helper() {}

// Name returns the name of the program.
func (p *Program) Name() string { return filepath.Base(os.Args[0]) }

// Cleanup registers a function that Close calls.
func (p *Program) Cleanup(cleanup func()) { p.cleanups = append(p.cleanups, cleanup) }

// Failed reports whether there was an error.
func (p *Program) Failed() bool { return p.failed }

// Logf logs.
func (p *Program) Logf(format string, args ...any) { log.Printf(format, args...) }

// Errorf logs an error.
func (p *Program) Errorf(format string, args ...any) {
	p.failed = true
	log.Printf(format, args...)
}

// Fatalf logs an error, closes, and exits.
func (p *Program) Fatalf(format string, args ...any) {
	p.Errorf(format, args...)
	p.Close()
	os.Exit(1)
}
