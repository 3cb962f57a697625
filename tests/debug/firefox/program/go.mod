module gowasp.test/profiled

go 1.21
