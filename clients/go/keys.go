package nvauthmock

import (
	"net/http"
	"net/url"
)

// KeyControl manages the NGC keys of a world. On an error, its methods fail the test that the Mock belongs to.
type KeyControl struct{ mock *Mock }

// Create creates a key. Only this result and that of Rotate contain the key's text, as Key.
func (k KeyControl) Create(order KeyOrder) KeyWithSecret {
	k.mock.t.Helper()
	var made KeyWithSecret
	k.mock.Call(http.MethodPost, "/keys", order, &made)
	return made
}

// Get returns a key.
func (k KeyControl) Get(id string) Key {
	k.mock.t.Helper()
	var found Key
	k.mock.Call(http.MethodGet, pathOfKey(id), nil, &found)
	return found
}

// List returns all keys, oldest first.
func (k KeyControl) List() []Key {
	k.mock.t.Helper()
	all, err := listOf[Key](k.mock.control, "keys", url.Values{}, everything)
	if err != nil {
		k.mock.t.Fatalf("nvauthmock: %v", err)
	}
	return all
}

// Edit changes only the given members. To remove the expiry of a key, use Call with a map that has a null.
func (k KeyControl) Edit(id string, edit KeyEdit) Key {
	k.mock.t.Helper()
	var edited Key
	k.mock.Call(http.MethodPatch, pathOfKey(id), edit, &edited)
	return edited
}

// Rotate gives the key a new text. The old one becomes invalid.
func (k KeyControl) Rotate(id string) KeyWithSecret {
	k.mock.t.Helper()
	var rotated KeyWithSecret
	k.mock.Call(http.MethodPost, pathOfKey(id)+"/rotate", nil, &rotated)
	return rotated
}

// Delete deletes a key.
func (k KeyControl) Delete(id string) {
	k.mock.t.Helper()
	k.mock.Call(http.MethodDelete, pathOfKey(id), nil, nil)
}

func pathOfKey(id string) string { return "/keys/" + url.PathEscape(id) }

// PendingEdit is an edit of a service key that hasn't taken effect yet.
type PendingEdit struct {
	KeyID string
	KeyPolicy
}

// PropagationControl controls how long the previous policy of an edited service key remains in effect. On an error, its
// methods fail the test that the Mock belongs to.
type PropagationControl struct{ mock *Mock }

// Get returns the mode and the delay.
func (p PropagationControl) Get() Propagation {
	p.mock.t.Helper()
	var found Propagation
	p.mock.Call(http.MethodGet, "/propagation", nil, &found)
	return found
}

// Set changes only the given members, for later edits. Pending edits keep their time.
func (p PropagationControl) Set(change PropagationEdit) Propagation {
	p.mock.t.Helper()
	var changed Propagation
	p.mock.Call(http.MethodPut, "/propagation", change, &changed)
	return changed
}

// Pending returns the edits of these keys that haven't taken effect yet; without an id, of all keys.
func (p PropagationControl) Pending(keyIDs ...string) []PendingEdit {
	p.mock.t.Helper()
	var keys []Key
	for _, id := range keyIDs {
		keys = append(keys, p.mock.Keys.Get(id))
	}
	if len(keyIDs) == 0 {
		keys = p.mock.Keys.List()
	}
	var edits []PendingEdit
	for _, key := range keys {
		for _, version := range key.Pending {
			edits = append(edits, PendingEdit{key.ID, version})
		}
	}
	return edits
}

// Apply applies the pending edits of these keys immediately; without an id, of all keys. It returns the versions in effect.
func (p PropagationControl) Apply(keyIDs ...string) []AppliedEdit {
	p.mock.t.Helper()
	var applied []AppliedEdit
	apply := func(body any) {
		p.mock.t.Helper()
		var answer Flushed
		p.mock.Call(http.MethodPost, "/propagation/flush", body, &answer)
		applied = append(applied, answer.Flushed...)
	}
	for _, id := range keyIDs {
		// Not a Flush, which would omit an empty id and apply all edits.
		apply(map[string]string{"keyId": id})
	}
	if len(keyIDs) == 0 {
		apply(Flush{})
	}
	return applied
}
