module gowasp.test/components/text

go 1.24
