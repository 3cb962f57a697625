module gowasp.test/breakpoints

go 1.21
