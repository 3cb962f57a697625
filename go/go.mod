module github.com/gowasp/gowasp/go

go 1.21
