package nvauthmock

import (
	"encoding/json"
	"fmt"
	"net/url"
	"sort"
	"strings"
)

const (
	// The maximum number of different refusals, and of notices, in the log.
	mostReported = 10
	// The number of latest decisions and requests to read.
	mostRead = 200
	// The maximum number of requests in the message of a failed Verify or assertion.
	mostShown = 10
	// The maximum number of affected requests, and of idle faults, in the log.
	mostFaults = 3
)

// logFailure logs possible causes of the test's failure: refusals with fixes, other errors, and the effect of faults.
func (m *Mock) logFailure() {
	m.t.Helper()
	text, err := m.describeFailure()
	if err != nil {
		// Must not hide the test's failure.
		text = fmt.Sprintf("nvauthmock: the refusals could not be read: %v", err)
	}
	if text != "" {
		m.t.Logf("%s", text)
	}
}

func (m *Mock) describeFailure() (string, error) {
	refusals, err := listOf[Decision](m.control, "decisions", url.Values{"effect": {"deny"}}, mostRead)
	if err != nil {
		return "", err
	}
	requests, err := listOf[RecordedRequest](m.control, "requests", url.Values{"bodies": {"false"}}, mostRead)
	if err != nil {
		return "", err
	}
	faults, err := listOf[Fault](m.control, "faults", url.Values{}, everything)
	if err != nil {
		return "", err
	}
	where := "in " + m.t.Name()
	text := section("the mock refused "+where+", latest first:", refusedLines(refusals)) +
		section("the mock noticed "+where+", latest first:", noticedLines(refusals, requests)) +
		section("faults "+where+":", faultLines(requests, faults))
	return strings.TrimSuffix(text, "\n"), nil
}

func section(title string, lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return title + "\n" + strings.Join(lines, "\n") + "\n"
}

// repeats counts texts that differ only in their ids, because clients repeat requests.
type repeats struct {
	texts []string
	times map[string]int
	first map[string]int
}

func (r *repeats) add(id, text string) {
	key := strings.ReplaceAll(text, id, "")
	if r.times == nil {
		r.times, r.first = map[string]int{}, map[string]int{}
	}
	if r.times[key] == 0 {
		r.first[key] = len(r.texts)
		r.texts = append(r.texts, text)
	}
	r.times[key]++
}

func (r *repeats) lines() []string {
	for key, times := range r.times {
		if times > 1 {
			r.texts[r.first[key]] += fmt.Sprintf("\n    (%d times)", times)
		}
	}
	if more := len(r.texts) - mostReported; more > 0 {
		return append(r.texts[:mostReported:mostReported], fmt.Sprintf("  and %d more", more))
	}
	return r.texts
}

func refusedLines(refusals []Decision) []string {
	var all repeats
	for _, one := range refusals {
		lines := []string{"  " + one.Request.Method + " " + one.Request.Path, "    " + one.Explanation}
		if one.Certainty != "" {
			lines = append(lines, fmt.Sprintf("    this rule is `%s`, not documented: %s", one.Certainty, one.Source))
		}
		for _, fix := range one.Fixes {
			lines = append(lines, "    fix: "+fix.Text+howToSend(fix))
		}
		all.add(one.ID, strings.Join(lines, "\n"))
	}
	return all.lines()
}

// howToSend returns the call that applies a fix, in parentheses.
func howToSend(fix Fix) string {
	if fix.Request == nil {
		return ""
	}
	body, err := json.Marshal(fix.Request.Body)
	if err != nil {
		return ""
	}
	as := ""
	if fix.Request.As != nil {
		as = " as " + fix.Request.As.Principal
	}
	return fmt.Sprintf(" (%s %s %s%s)", fix.Request.Method, fix.Request.Path, body, as)
}

// noticedLines returns errors without a decision, and hints that aren't among the fixes.
func noticedLines(refusals []Decision, requests []RecordedRequest) []string {
	isFix := map[string]bool{}
	for _, one := range refusals {
		for _, fix := range one.Fixes {
			isFix[fix.Text] = true
		}
	}
	var all repeats
	for _, one := range requests {
		isError := one.Status >= 400 && one.Status < 500 && one.Reason == "" && one.Fault == ""
		lines := []string{"  " + requestLine(one)}
		if one.Explanation != "" {
			lines = append(lines, "    "+one.Explanation)
		}
		hasHint := false
		for _, hint := range one.Hints {
			if !isFix[hint.Text] {
				hasHint = true
				lines = append(lines, "    hint: "+hint.Text)
			}
		}
		if isError || hasHint {
			all.add(one.ID, strings.Join(lines, "\n"))
		}
	}
	return all.lines()
}

// faultLines returns the requests affected by faults, and the faults that affected none.
func faultLines(requests []RecordedRequest, faults []Fault) []string {
	var affected, idle []string
	for _, one := range requests {
		if one.Fault != "" && len(affected) < mostFaults {
			affected = append(affected, "  "+requestLine(one))
		}
	}
	for _, one := range faults {
		if one.Fired > 0 || len(idle) == mostFaults {
			continue
		}
		passed := "no request matched"
		if one.Seen > 0 {
			passed = fmt.Sprintf("%d matched", one.Seen)
		}
		idle = append(idle, fmt.Sprintf("  fault %s for %s was not injected: %s", one.ID, wordsOf(one.Match), passed))
	}
	return append(affected, idle...)
}

// requestLine formats a request.
func requestLine(one RecordedRequest) string {
	line := fmt.Sprintf("%s %s: no response", one.Method, one.Path)
	if one.Status != 0 {
		line = fmt.Sprintf("%s %s: %d", one.Method, one.Path, one.Status)
	}
	if one.Principal != nil {
		line += " for " + one.Principal.Name
	}
	if one.Reason != "" {
		line += ", " + one.Reason
	}
	if one.Fault != "" {
		line += ", affected by fault " + one.Fault
	}
	return line + " (request " + one.ID + ")"
}

// requestLines formats the first requests, one per line, and the number of omitted ones.
func requestLines(requests []RecordedRequest, all int) []string {
	var lines []string
	for _, one := range requests {
		if len(lines) == mostShown {
			return append(lines, fmt.Sprintf("  and %d more", all-mostShown))
		}
		lines = append(lines, "  "+requestLine(one))
	}
	return lines
}

// expectation describes what Verify expects.
func expectation(expected Verification) string {
	var bounds []string
	last := 1
	add := func(words string, number *int) {
		if number != nil {
			bounds = append(bounds, fmt.Sprintf("%s %d", words, *number))
			last = *number
		}
	}
	add("exactly", expected.Times)
	add("at least", expected.AtLeast)
	add("at most", expected.AtMost)
	if len(bounds) == 0 {
		bounds = []string{"at least 1"}
	}
	text := strings.Join(bounds, " and ") + " request"
	if last != 1 {
		text += "s"
	}
	if words := wordsOf(expected.Match); words != "" {
		text += " with " + words
	}
	if expected.Within != "" {
		text += " within " + expected.Within
	}
	return text
}

// wordsOf describes a match, without the body, which may contain secrets.
func wordsOf(match any) string {
	var words []string
	for name, value := range membersOf(match) {
		if name == "body" {
			words = append(words, "that body")
		} else {
			words = append(words, fmt.Sprintf("%s `%v`", name, value))
		}
	}
	sort.Strings(words)
	return strings.Join(words, " and ")
}

// whatCame describes what Verify found.
func whatCame(found Verified) string {
	lines := requestLines(found.Matched, found.Count)
	if len(found.Nearest) > 0 {
		lines = append(lines, "the nearest others:")
	}
	for _, near := range found.Nearest {
		lines = append(lines, "  "+requestLine(near.Request))
		for _, difference := range near.Differs {
			lines = append(lines, "    "+difference)
		}
		if near.Hint != "" {
			lines = append(lines, "    hint: "+near.Hint)
		}
	}
	if found.Dropped > 0 {
		lines = append(lines, fmt.Sprintf("(%d not compared, because the journal no longer has them or their bodies)", found.Dropped))
	}
	if len(lines) == 0 {
		return "none came, and no other request did. Does the code under test use this URL?"
	}
	number := "none came"
	if found.Count > 0 {
		number = fmt.Sprintf("%d came, latest first:", found.Count)
	}
	return number + "\n" + strings.Join(lines, "\n")
}
