module gowasp.test/components/http

go 1.24
