package nvauthmock

import (
	"testing"
	"time"
)

const simulations = "/api/v3/simulations/"

func createKey(mock *Mock, name string, scopes ...string) KeyWithSecret {
	return mock.Keys.Create(KeyOrder{Type: "service", Name: name, Services: []string{"air"}, Scopes: &scopes})
}

func TestKeysOfOnesOwn(t *testing.T) {
	mock := Start(t).World(t)
	made := createKey(mock, "ci", "air:access", "air:simulation_read")
	expectStatus(t, get(t, mock, simulations, made.Key), 200, "")
	if found := mock.Keys.Get(made.ID); found.Name != "ci" || len(found.Policy.Scopes) != 2 {
		t.Errorf("got %+v", found)
	}

	rotated := mock.Keys.Rotate(made.ID)
	if answer := get(t, mock, simulations, made.Key); answer.StatusCode != 403 {
		t.Errorf("the old text was answered with %d", answer.StatusCode)
	}
	expectStatus(t, get(t, mock, simulations, rotated.Key), 200, "")
	before := len(mock.Keys.List())
	if edited := mock.Keys.Edit(made.ID, KeyEdit{Status: "disabled"}); edited.Status != "disabled" || edited.Name != "ci" {
		t.Errorf("got %+v", edited)
	}
	mock.Keys.Delete(made.ID)
	if after := len(mock.Keys.List()); after != before-1 {
		t.Errorf("there are %d keys, and were %d", after, before)
	}
	for _, call := range []func(*Mock){
		func(m *Mock) { m.Keys.Get(made.ID) },
		func(m *Mock) { m.Keys.Edit(made.ID, KeyEdit{Name: "renamed"}) },
		func(m *Mock) { m.Keys.Rotate(made.ID) },
		func(m *Mock) { m.Keys.Delete(made.ID) },
		func(m *Mock) { m.Propagation.Pending(made.ID) },
		func(m *Mock) { m.Propagation.Apply(made.ID) },
		func(m *Mock) { m.Propagation.Apply("") },
	} {
		record(func(r TB) { call(mock.with(r)) }).expect(t, "failed with 40", "key")
	}
}

func TestEditsOfKeysWaitUntilTheyAreApplied(t *testing.T) {
	server := Start(t)
	mock := server.World(t)
	set := mock.Propagation.Set(PropagationEdit{Mode: "fixed", Delay: "20m"})
	if found := mock.Propagation.Get(); found != set || found.Mode != "fixed" || server.Propagation.Get().Mode != "off" {
		t.Errorf("got %+v, and %+v", set, found)
	}
	one, other := createKey(mock, "one", "air:access"), createKey(mock, "other", "air:access")
	for _, key := range []KeyWithSecret{one, other} {
		mock.Keys.Edit(key.ID, KeyEdit{Scopes: &[]string{"air:access", "air:simulation_read"}})
	}
	expectStatus(t, get(t, mock, simulations, one.Key), 403, "missing_scope")
	pending := mock.Propagation.Pending()
	if len(pending) != 2 || pending[0].KeyID != one.ID || pending[0].Version != 2 || len(pending[0].Scopes) != 2 {
		t.Errorf("got %+v", pending)
	}
	if wait := pending[0].EffectiveAt.Sub(pending[0].RecordedAt); wait != 20*time.Minute {
		t.Errorf("it waits for %s", wait)
	}
	if both := mock.Propagation.Pending(one.ID, other.ID); len(both) != 2 {
		t.Errorf("got %+v", both)
	}

	if applied := mock.Propagation.Apply(one.ID); len(applied) != 1 || applied[0] != (AppliedEdit{one.ID, 3}) {
		t.Errorf("got %+v", applied)
	}
	expectStatus(t, get(t, mock, simulations, one.Key), 200, "")
	if applied := mock.Propagation.Apply(); len(applied) != 1 || applied[0].KeyID != other.ID {
		t.Errorf("got %+v", applied)
	}
	if none := mock.Propagation.Pending(); len(none) > 0 {
		t.Errorf("got %+v", none)
	}
}
