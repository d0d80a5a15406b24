module example.test/nv-auth-mock

go 1.19

require github.com/nv-auth-mock/nv-auth-mock/clients/go v0.1.0

// In a clone of the mock's repository. Your own go.mod has no such line.
replace github.com/nv-auth-mock/nv-auth-mock/clients/go => ../../clients/go
