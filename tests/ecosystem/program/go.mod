module ecosystem

go 1.26
