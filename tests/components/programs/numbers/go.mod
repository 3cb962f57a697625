module gowasp.test/components/numbers

go 1.24
