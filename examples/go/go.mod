module example.test/nv-auth-mock

go 1.19
