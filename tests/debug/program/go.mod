module gowasp.test/debug

go 1.21
