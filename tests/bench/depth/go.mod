module depth

go 1.21
