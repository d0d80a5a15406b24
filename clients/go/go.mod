module github.com/nv-auth-mock/nv-auth-mock/clients/go

go 1.19
