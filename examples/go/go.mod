module example.test/nv-auth-mock

go 1.19

require github.com/nv-auth-mock/nv-auth-mock/clients/go v0.1.0

// Only for a clone of the mock's repository. You don't need this line.
replace github.com/nv-auth-mock/nv-auth-mock/clients/go => ../../clients/go
