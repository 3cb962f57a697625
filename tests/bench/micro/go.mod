module gowasp/micro

go 1.26
