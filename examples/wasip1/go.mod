module example/wasip1

go 1.24
