module gowasp.test/components/stress

go 1.21
