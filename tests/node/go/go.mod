module hosttest

go 1.21
