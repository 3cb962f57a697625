module bridge

go 1.21
