package nvauthmock

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Cast has the identities of a world, with credentials. All of them are optional in a seed. Call("GET", "/cast", nil, &seed)
// reads all objects of the seed.
type Cast struct {
	Runai struct {
		Tenant struct {
			ID    int    `json:"id"`
			Name  string `json:"name"`
			Realm string `json:"realm"`
		} `json:"tenant"`
		Users           []CastUser           `json:"users"`
		Applications    []CastApplication    `json:"applications"`
		ServiceAccounts []CastServiceAccount `json:"serviceAccounts"`
	} `json:"runai"`
	Ngc struct {
		Org   string    `json:"org"`
		NcaID string    `json:"ncaId"`
		Keys  []CastKey `json:"keys"`
	} `json:"ngc"`
	Air struct {
		Simulations []map[string]any `json:"simulations"`
	} `json:"air"`
	Nvcf struct {
		Functions []map[string]any `json:"functions"`
	} `json:"nvcf"`
	Nvct struct {
		Tasks []map[string]any `json:"tasks"`
	} `json:"nvct"`
}

// CastUser is a user of Run:ai.
type CastUser struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Password string `json:"password"`
	// Role is empty for a user without one.
	Role string `json:"role"`
	// Bearer is an access token that does not expire. It is empty in a created world; use Call("GET", "/cast", nil, &cast)
	// to get it there.
	Bearer     string          `json:"bearer"`
	AccessKey  *CastAccessKey  `json:"accessKey"`
	AccessKeys []CastAccessKey `json:"accessKeys"`
}

// CastAccessKey is an access key of a user of Run:ai.
type CastAccessKey struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

// CastApplication is an application of Run:ai.
type CastApplication struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	ClientID string `json:"clientId"`
	Secret   string `json:"secret"`
	Role     string `json:"role"`
	Bearer   string `json:"bearer"`
}

// CastServiceAccount is a service account of Run:ai.
type CastServiceAccount struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	Role         string `json:"role"`
	Bearer       string `json:"bearer"`
}

// CastKey is an NGC key.
type CastKey struct {
	ID       string   `json:"id"`
	Org      string   `json:"org"`
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	User     string   `json:"user"`
	Services []string `json:"services"`
	Scopes   []string `json:"scopes"`
	Roles    []string `json:"roles"`
	Resource any      `json:"resource"`
	Key      string   `json:"key"`
}

func (k CastKey) fullName() string { return k.Org + "/" + k.Name }

func (c Cast) key(name string) (string, error) {
	var found, all []string
	key := ""
	for _, one := range c.Ngc.Keys {
		if strings.Contains(name, "/") {
			all = append(all, one.fullName())
		} else {
			all = append(all, one.Name)
		}
		if one.Name == name || one.fullName() == name {
			found = append(found, one.fullName())
			key = one.Key
		}
	}
	switch len(found) {
	case 0:
		return "", unknownName("key", name, all)
	case 1:
		return key, nil
	default:
		return "", fmt.Errorf("several keys in the cast are named %q. Use one of %s", name, listOfNames(name, found))
	}
}

// The version of Run:ai that treats every client as an application, and the one that issues no tokens to applications.
const (
	everyClientIsAnApplication = "2.19"
	noGrantForApplications     = "3.0"
)

// tokenRequest returns the request for an identity's token, in the form of a version of Run:ai.
func (c Cast) tokenRequest(name string, version any) (map[string]string, error) {
	application := func(id, secret string) map[string]string {
		return map[string]string{"grantType": "app_token", "appID": id, "appSecret": secret}
	}
	client := func(id, secret string) map[string]string {
		if version == everyClientIsAnApplication {
			return application(id, secret)
		}
		return map[string]string{"grantType": "client_credentials", "clientId": id, "clientSecret": secret}
	}
	var all []string
	isNamed := func(names ...string) bool {
		all = append(all, names[0])
		for _, one := range names {
			if one == name {
				return true
			}
		}
		return false
	}
	for _, user := range c.Runai.Users {
		keys := user.AccessKeys
		if user.AccessKey != nil {
			keys = append([]CastAccessKey{*user.AccessKey}, keys...)
		}
		if isNamed(user.Email) {
			if user.AccessKey != nil {
				return client(user.AccessKey.ClientID, user.AccessKey.ClientSecret), nil
			}
			return map[string]string{"grantType": "password", "username": user.Email, "password": user.Password}, nil
		}
		for _, key := range keys {
			if isNamed(key.Name, key.ClientID) {
				return client(key.ClientID, key.ClientSecret), nil
			}
		}
	}
	for _, one := range c.Runai.Applications {
		if !isNamed(one.Name, one.ClientID) {
			continue
		}
		if version == noGrantForApplications {
			return nil, errors.New("it is an application, and Run:ai 3.0 issues no tokens to applications. Use a service account or a user")
		}
		return application(one.ClientID, one.Secret), nil
	}
	for _, one := range c.Runai.ServiceAccounts {
		if isNamed(one.Name, one.ClientID) {
			return client(one.ClientID, one.ClientSecret), nil
		}
	}
	return nil, unknownName("user, access key, application or service account", name, all)
}

func unknownName(kind, name string, all []string) error {
	if len(all) == 0 {
		return fmt.Errorf("there is no %s %q in the cast. It has none at all", kind, name)
	}
	return fmt.Errorf("there is no %s %q in the cast. The cast has %s", kind, name, listOfNames(name, all))
}

// The maximum number of names in a message.
const mostNamed = 8

// listOfNames lists names, the nearest ones first.
func listOfNames(given string, names []string) string {
	var nearest []string
	known := map[string]bool{}
	for _, name := range names {
		if !known[name] {
			nearest = append(nearest, name)
		}
		known[name] = true
	}
	sort.SliceStable(nearest, func(i, j int) bool { return distance(given, nearest[i]) < distance(given, nearest[j]) })
	more := ""
	if len(nearest) > mostNamed {
		more = fmt.Sprintf(" and %d more, which GET /_mock/cast lists", len(nearest)-mostNamed)
		nearest = nearest[:mostNamed]
	}
	return strings.Join(nearest, ", ") + more
}

// distance returns the Levenshtein distance.
func distance(one, other string) int {
	row := make([]int, len(other)+1)
	for at := range row {
		row[at] = at
	}
	for i := 0; i < len(one); i++ {
		before := row[0]
		row[0] = i + 1
		for j := 0; j < len(other); j++ {
			least := before
			if one[i] != other[j] {
				least++
			}
			before = row[j+1]
			for _, one := range []int{row[j] + 1, before + 1} {
				if one < least {
					least = one
				}
			}
			row[j+1] = least
		}
	}
	return row[len(other)]
}
