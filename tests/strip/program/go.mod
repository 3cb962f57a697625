module stripped

go 1.21
