module gowasp.test/bench/plugin

go 1.24
